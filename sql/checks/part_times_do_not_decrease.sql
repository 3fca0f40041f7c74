-- the parts of a conversation are in time order
-- severity: warn
SELECT 'conversation_parts' AS table_name, source_key, 'it is older than the part before it' AS reason
FROM (
    SELECT
        source_key,
        created_at,
        lag(created_at) OVER (PARTITION BY conversation_key ORDER BY position) AS before
    FROM intercom.conversation_parts
) AS timed
WHERE created_at < before
