-- one row per section of the knowledge base, parents before children; key: itsm365:KB:<number>
SELECT
    source_key,
    parent_key,
    title                                                                                   AS name,
    CAST(NULL AS VARCHAR)                                                                   AS description,
    row_number() OVER (ORDER BY CASE WHEN parent_key IS NULL THEN 0 ELSE depth END, title, uuid) AS position,
    CAST(NULL AS VARCHAR)                                                                   AS translated_content
FROM base_pages
WHERE fate = 'collection'
