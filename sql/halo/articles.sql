-- one row per knowledge-base article; key: halo:article:<id>
-- Published only if it is active, the newest version, meant for all customers, within its dates, and in a list that customers see;
-- all else is a draft. Intercom fetches pictures while Halo is still there; one that could not be had becomes a text, for a single
-- such picture makes it refuse the whole article. An article of several lists is in the first; the inventory names the others.
WITH lists AS (
    SELECT
        named.article_id,
        min(lists.id) AS id,
        bool_or(NOT lists.hidden) AS is_shown
    FROM halo.article_faq_lists AS named
    JOIN base_collections AS lists ON lists.id = named.id
    GROUP BY named.article_id
),

places AS (
    SELECT named.article_id, min(named.id) AS id
    FROM halo.article_faq_lists AS named
    JOIN base_collections AS lists ON lists.id = named.id
    JOIN lists AS of_article ON of_article.article_id = named.article_id
    WHERE lists.hidden = NOT of_article.is_shown
    GROUP BY named.article_id
),

tags AS (
    SELECT article_id, '[' || string_agg(json_quote(tag_key), ',' ORDER BY tag_key) || ']' AS tag_keys
    FROM (
        SELECT DISTINCT named.article_id, tags.tag_key
        FROM halo.article_tags AS named
        JOIN base_tags AS tags ON tags.id = named.id
    ) AS once
    GROUP BY article_id
),

files AS (
    SELECT article_id, '<p>Files:</p><ul>' || string_agg('<li>' || escape_html(trim(filename)) || '</li>', '' ORDER BY id) || '</ul>' AS list
    FROM halo.kb_attachments
    WHERE trim(filename) <> ''
    GROUP BY article_id
)

SELECT
    texts.source_key,
    'halo:faq_list:' || places.id                                                           AS parent_key,
    coalesce(creators.source_key, editors.source_key)                                       AS author_key,
    coalesce(creators.name, nullif(trim(articles.creator_name), ''), editors.name)          AS author_name,
    coalesce(nullif(trim(articles.name), ''), 'Article ' || articles.id)                    AS title,
    CAST(NULL AS VARCHAR)                                                                   AS description,
    without_images(texts.body, missing.places) || coalesce(files.list, '')                  AS body,
    CASE
        WHEN coalesce(articles.inactive, FALSE) OR NOT coalesce(articles.showforall, FALSE) OR NOT coalesce(articles.latestversion, TRUE)
            OR articles.limit_start_date > now() OR articles.limit_end_date < now()
            OR coalesce(articles.kbentryclientaccess, '[]') NOT IN ('[]', 'null') OR coalesce(articles.kbentrytoplevelaccess, '[]') NOT IN ('[]', 'null')
            OR NOT coalesce(lists.is_shown, FALSE)
        THEN 'draft' ELSE 'published'
    END                                                                                     AS state,
    row_number() OVER (ORDER BY places.id NULLS LAST, articles.id)                          AS position,
    tags.tag_keys,
    CAST(NULL AS VARCHAR)                                                                   AS translated_content,
    articles.date_created                                                                   AS created_at,
    articles.date_edited                                                                    AS updated_at
FROM halo.kb_articles AS articles
JOIN base_articles AS texts ON texts.id = articles.id
LEFT JOIN lists ON lists.article_id = articles.id
LEFT JOIN places ON places.article_id = articles.id
LEFT JOIN base_agents AS creators ON creators.id = articles.creator_id
LEFT JOIN base_agents AS editors ON editors.id = articles.editor_id
LEFT JOIN tags ON tags.article_id = articles.id
LEFT JOIN files ON files.article_id = articles.id
LEFT JOIN base_missing_images AS missing ON missing.article_id = articles.id
