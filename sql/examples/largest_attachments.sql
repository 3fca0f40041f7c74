-- Which twenty attachments are largest, and where are they?
SELECT attachments.size, attachments.name, attachments.content_type, parts.conversation_key, attachments.source_key
FROM intercom.attachments AS attachments
LEFT JOIN intercom.conversation_parts AS parts ON parts.source_key = attachments.part_key
ORDER BY attachments.size DESC, attachments.source_key
LIMIT 20
