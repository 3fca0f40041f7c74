-- every part says something
-- severity: error
SELECT 'conversation_parts' AS table_name, source_key, 'its body is empty' AS reason
FROM intercom.conversation_parts
WHERE trim(body) = ''
