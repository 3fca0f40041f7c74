-- one row per article that only teammates read; key: source_key
SELECT
    'intercom:internal_article:' || id                                                      AS source_key,
    id                                                                                      AS intercom_id,
    'intercom:admin:' || nullif(nullif(author_id, ''), '0')                                 AS author_key,
    'intercom:admin:' || nullif(nullif(owner_id, ''), '0')                                  AS owner_key,
    nullif(title, '')                                                                       AS title,
    body,
    html_to_text(body)                                                                      AS text,
    locale,
    created_at,
    updated_at
FROM intercom_live.internal_articles
