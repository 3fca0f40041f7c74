-- one row per article and language with its text; key: (id, language)
-- Links to articles lead to what those become, in whatever language and by whatever address of the desk; all others stay. A picture
-- that could not be had becomes a text: a single such picture makes Intercom refuse the article.
WITH missing AS (
    SELECT key, '[' || string_agg(json_quote(place), ',' ORDER BY place) || ']' AS places
    FROM infoset.files
    WHERE table_name = 'articles' AND place <> '' AND sha256 IS NULL
    GROUP BY key
),

linked AS (
    SELECT
        articles.*,
        regexp_replace(
            CASE WHEN articles.content LIKE '%</%' OR articles.content LIKE '%<br%' THEN articles.content ELSE text_to_html(articles.content) END,
            '(href=["''])(?:' || base_settings.own_hosts || ')?/(?:[^"''\s:]*/)?articles/([0-9]+)(?:[-/?#][^"'']*)?(["''])',
            '\1deskferry:infoset:article:\2\3', 'gi')                                       AS body
    FROM infoset.articles AS articles
    CROSS JOIN base_settings
)

SELECT
    linked.id,
    languages.locale,
    languages.is_default,
    row_number() OVER (PARTITION BY linked.id ORDER BY CASE WHEN languages.is_default THEN 0 ELSE 1 END, languages.locale) = 1 AS is_main,
    coalesce(nullif(trim(linked.title), ''), 'Article ' || linked.id)                       AS title,
    nullif(trim(linked.description), '')                                                    AS description,
    without_images(clean_html(linked.body), missing.places)                                 AS body,
    CASE WHEN coalesce(states.state, 'draft') = 'published' THEN 'published' ELSE 'draft' END AS state,
    linked.category_id,
    linked.author_id,
    linked.place,
    linked.created,
    linked.updated
FROM linked
LEFT JOIN base_languages AS languages ON languages.language = lower(trim(linked.language))
LEFT JOIN missing ON missing.key = linked.id || '/' || linked.language
LEFT JOIN mapping.article_states AS states ON states.status = lower(trim(linked.status))
