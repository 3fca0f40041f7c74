-- one row per ticket category, deleted ones that tickets still name included; key: id
WITH ids AS (
    SELECT id FROM hesk.categories
    UNION
    SELECT DISTINCT category AS id FROM hesk.tickets WHERE category IS NOT NULL
)

SELECT
    ids.id,
    coalesce(mapped.name, nullif(decode_entities(trim(categories.name)), ''), 'Deleted category ' || ids.id) AS name,
    CASE WHEN categories.id IS NULL THEN 'none' ELSE coalesce(mapped.become, 'team') END         AS become,
    categories.type = '1'                                                                        AS private
FROM ids
LEFT JOIN hesk.categories AS categories ON categories.id = ids.id
LEFT JOIN mapping.categories AS mapped ON mapped.category_id = CAST(ids.id AS VARCHAR)
