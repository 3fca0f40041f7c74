-- one row per article for customers; key: itsm365:KB:<number>
SELECT
    pages.source_key,
    pages.parent_key,
    texts.author_key,
    texts.author_name,
    pages.title,
    CAST(NULL AS VARCHAR)                                                                   AS description,
    texts.body,
    'published'                                                                             AS state,
    row_number() OVER (ORDER BY pages.parent_key NULLS LAST, pages.uuid)                    AS position,
    CAST(NULL AS VARCHAR)                                                                   AS tag_keys,
    CAST(NULL AS VARCHAR)                                                                   AS translated_content,
    pages.created_at,
    pages.updated_at
FROM base_pages AS pages
JOIN base_page_texts AS texts ON texts.uuid = pages.uuid
WHERE pages.fate = 'article'
