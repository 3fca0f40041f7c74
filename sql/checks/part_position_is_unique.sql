-- no two parts of a conversation have one position
-- severity: error
SELECT 'conversation_parts' AS table_name, source_key, 'another part has its position' AS reason
FROM (
    SELECT
        source_key,
        row_number() OVER (PARTITION BY conversation_key, position ORDER BY source_key) AS nth
    FROM intercom.conversation_parts
) AS numbered
WHERE nth > 1
