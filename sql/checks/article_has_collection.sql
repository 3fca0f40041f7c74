-- an article's collection is there; NULL is none
-- severity: error
SELECT
    'articles' AS table_name,
    articles.source_key,
    CASE
        WHEN rejects.source_key IS NULL THEN 'its collection does not exist'
        ELSE 'its collection was rejected'
    END AS reason
FROM intercom.articles AS articles
LEFT JOIN intercom.collections AS collections ON collections.source_key = articles.parent_key
LEFT JOIN intercom.rejects AS rejects
    ON rejects.table_name = 'collections' AND rejects.source_key = articles.parent_key
WHERE articles.parent_key IS NOT NULL AND collections.source_key IS NULL
