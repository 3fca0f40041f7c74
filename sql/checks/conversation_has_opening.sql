-- every conversation begins at position 1 with a message of a contact
-- severity: error
SELECT
    'conversations' AS table_name,
    conversations.source_key,
    CASE
        WHEN opening.conversation_key IS NULL THEN 'it has no message at position 1'
        WHEN opening.part_type <> 'message' THEN 'its first part is not the message that opens it'
        ELSE 'its first message is not by a contact'
    END AS reason
FROM intercom.conversations AS conversations
LEFT JOIN (
    SELECT conversation_key, min(part_type) AS part_type, min(author_type) AS author_type
    FROM intercom.conversation_parts
    WHERE position = 1
    GROUP BY conversation_key
) AS opening ON opening.conversation_key = conversations.source_key
WHERE
    opening.conversation_key IS NULL
    OR opening.part_type <> 'message'
    OR opening.author_type <> 'contact'
