-- one row per FAQ list, parents before children; key: halo:faq_list:<id>
SELECT
    source_key,
    parent_key,
    name,
    CAST(NULL AS VARCHAR)                                                                   AS description,
    row_number() OVER (ORDER BY CASE WHEN parent_key IS NULL THEN 0 ELSE depth END, name, id) AS position,
    CAST(NULL AS VARCHAR)                                                                   AS translated_content
FROM base_collections
