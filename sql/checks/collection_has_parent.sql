-- a collection's parent is there and is made before it, so no collection is above itself; NULL is the top
-- severity: error
SELECT
    'collections' AS table_name,
    collections.source_key,
    CASE
        WHEN parents.source_key IS NOT NULL THEN 'its parent is not made before it'
        WHEN rejects.source_key IS NULL THEN 'its parent does not exist'
        ELSE 'its parent was rejected'
    END AS reason
FROM intercom.collections AS collections
LEFT JOIN intercom.collections AS parents ON parents.source_key = collections.parent_key
LEFT JOIN intercom.rejects AS rejects
    ON rejects.table_name = 'collections' AND rejects.source_key = collections.parent_key
WHERE
    collections.parent_key IS NOT NULL
    AND (parents.source_key IS NULL OR parents.position >= collections.position)
