-- one row per knowledge-base article; key: hesk:article:<id>
-- Published only if the article, its category and every category above are there and public; all else is a draft.
WITH files AS (
    SELECT source_key, string_agg('<li>' || escape_html(name) || '</li>', '' ORDER BY att_id) AS list
    FROM base_article_files
    WHERE known
    GROUP BY source_key
)

SELECT
    'hesk:article:' || articles.id                                                 AS source_key,
    collections.source_key                                                         AS parent_key,
    staff.source_key                                                               AS author_key,
    coalesce(staff.name, former.name)                                              AS author_name,
    coalesce(nullif(decode_entities(trim(articles.subject)), ''), 'Article ' || articles.id) AS title,
    CAST(NULL AS VARCHAR)                                                          AS description,
    hesk_article_html(articles.content, articles.html, base_settings.site_url)
        || coalesce('<p>Files:</p><ul>' || files.list || '</ul>', '')              AS body,
    CASE WHEN articles.type = '0' AND NOT coalesce(collections.private, TRUE) THEN 'published' ELSE 'draft' END AS state,
    row_number() OVER (ORDER BY articles.catid, articles.sticky DESC, articles.art_order, articles.id) AS position,
    CAST(NULL AS VARCHAR)                                                          AS tag_keys,
    CAST(NULL AS VARCHAR)                                                          AS translated_content,
    CASE WHEN articles.dt >= TIMESTAMP '2000-01-02' THEN articles.dt END            AS created_at,
    CAST(NULL AS TIMESTAMP)                                                        AS updated_at
FROM hesk.kb_articles AS articles
CROSS JOIN base_settings
LEFT JOIN base_collections AS collections ON collections.id = articles.catid
LEFT JOIN base_staff AS staff ON staff.id = articles.author
LEFT JOIN base_former_staff AS former ON former.id = articles.author
LEFT JOIN files ON files.source_key = 'hesk:article:' || articles.id
