-- every file belongs to a part that is there
-- severity: error
SELECT
    'attachments' AS table_name,
    attachments.source_key,
    CASE
        WHEN rejects.source_key IS NULL THEN 'its message does not exist'
        ELSE 'its message was rejected'
    END AS reason
FROM intercom.attachments AS attachments
LEFT JOIN intercom.conversation_parts AS parts ON parts.source_key = attachments.part_key
LEFT JOIN intercom.rejects AS rejects
    ON rejects.table_name = 'conversation_parts' AND rejects.source_key = attachments.part_key
WHERE parts.source_key IS NULL
