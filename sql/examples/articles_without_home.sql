-- Which articles have no collection, or nobody who wrote them?
SELECT
    articles.source_key,
    articles.title,
    articles.state,
    CASE WHEN collections.source_key IS NULL THEN 'no collection' END AS home,
    CASE WHEN admins.source_key IS NULL THEN coalesce('gone: ' || articles.author_name, 'no author') END AS author
FROM intercom.articles AS articles
LEFT JOIN intercom.collections AS collections ON collections.source_key = articles.parent_key
LEFT JOIN intercom.admins AS admins ON admins.source_key = articles.author_key
WHERE collections.source_key IS NULL OR admins.source_key IS NULL
ORDER BY articles.source_key
