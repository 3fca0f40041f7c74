-- nothing was written in the future: the source's clock or time zone is wrong, or the text of a date was
-- severity: warn
SELECT 'conversations' AS table_name, source_key, 'it was created in the future' AS reason
FROM intercom.conversations
WHERE created_at > now()
UNION ALL
SELECT 'conversation_parts', source_key, 'it was written in the future'
FROM intercom.conversation_parts
WHERE created_at > now()
