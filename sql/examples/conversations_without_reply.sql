-- Which conversations have no public reply from us?
SELECT conversations.source_key, conversations.title, conversations.state, conversations.contact_key
FROM intercom.conversations AS conversations
LEFT JOIN (
    SELECT DISTINCT conversation_key
    FROM intercom.conversation_parts
    WHERE part_type = 'comment' AND author_type = 'admin'
) AS replied ON replied.conversation_key = conversations.source_key
WHERE replied.conversation_key IS NULL
ORDER BY conversations.state, conversations.source_key
