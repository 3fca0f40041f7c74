-- one row per article of the knowledge base; key: itsm365:KB:<number>
-- Articles for customers are published; those for teammates are drafts, which customers never see. Pictures that the desk serves
-- are a text, and named in the inventory with their files.
WITH files AS (
    SELECT article, '<p>Files:</p><ul>' || string_agg('<li>' || escape_html(trim(title)) || '</li>', '' ORDER BY uuid) || '</ul>' AS list
    FROM itsm365.kb_files
    WHERE trim(title) <> ''
    GROUP BY article
)

SELECT
    pages.source_key,
    pages.parent_key,
    coalesce(authors.source_key, editors.source_key)                                        AS author_key,
    coalesce(authors.name, pages.author_name, editors.name)                                 AS author_name,
    pages.title,
    CAST(NULL AS VARCHAR)                                                                   AS description,
    coalesce(without_images(pages.body, pictures.places), '') || coalesce(files.list, '')   AS body,
    CASE WHEN pages.fate = 'article' THEN 'published' ELSE 'draft' END                      AS state,
    row_number() OVER (ORDER BY pages.parent_key NULLS LAST, pages.uuid)                    AS position,
    CAST(NULL AS VARCHAR)                                                                   AS tag_keys,
    CAST(NULL AS VARCHAR)                                                                   AS translated_content,
    pages.created_at,
    pages.updated_at
FROM base_pages AS pages
LEFT JOIN base_agents AS authors ON authors.uuid = pages.author
LEFT JOIN base_agents AS editors ON editors.uuid = pages.responsible_employee
LEFT JOIN base_page_pictures AS pictures ON pictures.uuid = pages.uuid
LEFT JOIN files ON files.article = pages.uuid
WHERE pages.fate IN ('article', 'internal_article')
