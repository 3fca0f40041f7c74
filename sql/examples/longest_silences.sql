-- In which ten conversations was nothing said for longest, and between which parts?
WITH steps AS (
    SELECT
        conversation_key,
        source_key,
        lag(source_key) OVER (PARTITION BY conversation_key ORDER BY position) AS before_key,
        extract(epoch FROM created_at)
            - extract(epoch FROM lag(created_at) OVER (PARTITION BY conversation_key ORDER BY position)) AS seconds
    FROM intercom.conversation_parts
)

SELECT conversation_key, before_key, source_key AS after_key, CAST(floor(seconds / 86400) AS BIGINT) AS days
FROM steps
WHERE seconds IS NOT NULL
ORDER BY seconds DESC, source_key
LIMIT 10
