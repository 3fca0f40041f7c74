-- one row per item of a catalog with its title and the title of what it is a part of; key: uuid
-- Titles are as the desk has them, unless mapping/catalog_items.csv says otherwise. Folders are no categories of anything.
WITH titled AS (
    SELECT
        items.uuid,
        items.catalog,
        items.code,
        items.parent,
        coalesce(mapped.title, nullif(trim(items.title), ''), items.code, items.uuid)       AS title
    FROM (SELECT *, row_number() OVER (PARTITION BY uuid ORDER BY catalog) AS nth FROM itsm365.catalog_items) AS items
    LEFT JOIN mapping.catalog_items AS mapped ON mapped.item = items.catalog || ':' || items.code
    WHERE items.nth = 1
)

SELECT titled.uuid, titled.catalog, titled.code, titled.title, above.title AS parent_title
FROM titled
LEFT JOIN titled AS above ON above.uuid = titled.parent
