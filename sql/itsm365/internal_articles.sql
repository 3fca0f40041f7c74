-- one row per article for teammates; key: itsm365:KB:<number>
SELECT
    pages.source_key,
    texts.author_key,
    texts.author_name,
    pages.title,
    texts.body,
    pages.created_at,
    pages.updated_at
FROM base_pages AS pages
JOIN base_page_texts AS texts ON texts.uuid = pages.uuid
WHERE pages.fate = 'internal_article'
