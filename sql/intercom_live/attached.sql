-- one row per file of a message of the workspace; key: (part_id, position)
SELECT part_id, position, name, content_type, filesize, url FROM intercom_live.part_attachments
UNION ALL
SELECT part_id, position, name, content_type, filesize, url FROM intercom_live.ticket_part_attachments
UNION ALL
SELECT conversations.source_id AS part_id, files.position, files.name, files.content_type, files.filesize, files.url
FROM intercom_live.conversation_attachments AS files
JOIN intercom_live.conversations AS conversations ON conversations.id = files.conversation_id
