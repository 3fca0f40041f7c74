-- one row per help center article; key: infoset:article:<id>
-- The default language is the article itself, the others its translations; one that is not written in the default language is in
-- its own, as Intercom wants one. Intercom fetches pictures while Infoset is still there.
WITH others AS (
    SELECT
        id,
        '{' || string_agg(json_quote(locale) || ':' || attributes('title', title, 'description', description, 'body', coalesce(body, ''), 'state', state), ',' ORDER BY locale) || '}' AS translated_content
    FROM base_article_texts
    WHERE NOT is_main AND locale IS NOT NULL
    GROUP BY id
)

SELECT
    'infoset:article:' || texts.id                                                          AS source_key,
    collections.source_key                                                                  AS parent_key,
    authors.source_key                                                                      AS author_key,
    coalesce(authors.name, 'Agent ' || nullif(texts.author_id, 0))                          AS author_name,
    texts.title,
    texts.description,
    texts.body,
    texts.state,
    row_number() OVER (ORDER BY texts.category_id NULLS LAST, texts.place NULLS LAST, texts.id) AS position,
    CAST(NULL AS VARCHAR)                                                                   AS tag_keys,
    others.translated_content,
    texts.created                                                                           AS created_at,
    texts.updated                                                                           AS updated_at
FROM base_article_texts AS texts
LEFT JOIN others ON others.id = texts.id
LEFT JOIN base_collections AS collections ON collections.id = texts.category_id
LEFT JOIN base_agents AS authors ON authors.id = texts.author_id
WHERE texts.is_main
