-- an article says something
-- severity: warn
SELECT 'articles' AS table_name, source_key, 'its body is empty' AS reason
FROM intercom.articles
WHERE trim(coalesce(body, '')) = ''
UNION ALL
SELECT 'internal_articles' AS table_name, source_key, 'its body is empty' AS reason
FROM intercom.internal_articles
WHERE trim(coalesce(body, '')) = ''
