-- Which hosts do pictures in messages and articles still come from (the first of each)? The old desk's must stay up, or they go.
WITH bodies AS (
    SELECT 'conversation_parts' AS table_name, source_key, body FROM intercom.conversation_parts
    UNION ALL
    SELECT 'articles', source_key, body FROM intercom.articles
),

pictures AS (
    SELECT table_name, source_key, split_part(split_part(split_part(body, '<img', 2), 'src="', 2), '"', 1) AS url
    FROM bodies
    WHERE strpos(body, '<img') > 0
)

SELECT table_name, split_part(url, '/', 3) AS host, count(*) AS bodies, min(source_key) AS example
FROM pictures
WHERE url LIKE 'http%' OR url LIKE '//%'
GROUP BY table_name, split_part(url, '/', 3)
ORDER BY bodies DESC, table_name, host
