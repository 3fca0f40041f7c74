-- every part belongs to a conversation that is there
-- severity: error
SELECT
    'conversation_parts' AS table_name,
    parts.source_key,
    CASE
        WHEN rejects.source_key IS NULL THEN 'its conversation does not exist'
        ELSE 'its conversation was rejected'
    END AS reason
FROM intercom.conversation_parts AS parts
LEFT JOIN intercom.conversations AS conversations ON conversations.source_key = parts.conversation_key
LEFT JOIN intercom.rejects AS rejects
    ON rejects.table_name = 'conversations' AND rejects.source_key = parts.conversation_key
WHERE conversations.source_key IS NULL
