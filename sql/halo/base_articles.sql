-- one row per article with its texts as HTML; key: id
-- An article has a question or summary (description), an answer (resolution) and a memo for agents, which customers must not see:
-- it goes to the inventory. Links to articles and lists lead to what those become.
WITH texts AS (
    SELECT
        id,
        coalesce(nullif(trim(description_html), ''), markdown_to_html(nullif(trim(description_markdown), '')),
            text_to_html(description)) AS question,
        coalesce(nullif(trim(resolution_html), ''), markdown_to_html(nullif(trim(resolution_markdown), '')),
            text_to_html(resolution)) AS answer,
        coalesce(nullif(trim(internalmemoagent_html), ''), markdown_to_html(nullif(trim(internalmemoagent_markdown), '')),
            text_to_html(internalmemoagent)) AS memo
    FROM halo.kb_articles
),

-- As portals and mails write them: ...?kbid=210, .../kb?id=210, .../KBArticle/210; only where they lead into the desk itself.
linked AS (
    SELECT
        texts.id,
        regexp_replace(concat_ws('', question, CASE WHEN answer <> question THEN answer WHEN question IS NULL THEN answer END),
            '(href=["''])(?:' || base_settings.own_hosts || ')?(?:[.]{0,2}/[^"''\s:]*?)?(?:[?&;]kbid=|/kb/?[?](?:[^"''\s]*?[&;])?id=|/kbarticle/)([0-9]+)[^"'']*(["''])',
            '\1deskferry:halo:article:\2\3', 'gi') AS body,
        texts.memo
    FROM texts
    CROSS JOIN base_settings
)

SELECT
    id,
    'halo:article:' || id                                                                   AS source_key,
    clean_html(body)                                                                        AS body,
    nullif(trim(html_to_text(memo)), '')                                                    AS memo
FROM linked
