-- one row per article of the knowledge base with its text, as Intercom takes it; key: uuid
-- Pictures that the desk serves are a text, and named in the inventory with their files; so are files, which no API takes.
WITH files AS (
    SELECT article, '<p>Files:</p><ul>' || string_agg('<li>' || escape_html(trim(title)) || '</li>', '' ORDER BY uuid) || '</ul>' AS list
    FROM itsm365.kb_files
    WHERE trim(title) <> ''
    GROUP BY article
)

SELECT
    pages.uuid,
    coalesce(authors.source_key, editors.source_key)                                        AS author_key,
    coalesce(authors.name, pages.author_name, editors.name)                                 AS author_name,
    coalesce(without_images(pages.body, pictures.places), '') || coalesce(files.list, '')   AS body
FROM base_pages AS pages
LEFT JOIN base_agents AS authors ON authors.uuid = pages.author
LEFT JOIN base_agents AS editors ON editors.uuid = pages.responsible_employee
LEFT JOIN base_page_pictures AS pictures ON pictures.uuid = pages.uuid
LEFT JOIN files ON files.article = pages.uuid
WHERE pages.fate IN ('article', 'internal_article')
