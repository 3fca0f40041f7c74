-- one row per knowledge-base category, parents before children; key: hesk:collection:<id>
SELECT
    source_key,
    parent_key,
    coalesce(nullif(name, ''), 'Category ' || id)                                  AS name,
    CAST(NULL AS VARCHAR)                                                          AS description,
    row_number() OVER (ORDER BY CASE WHEN parent_key IS NULL THEN 0 ELSE depth END, cat_order, id) AS position,
    CAST(NULL AS VARCHAR)                                                          AS translated_content
FROM base_collections
