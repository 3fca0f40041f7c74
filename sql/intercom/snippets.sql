-- one row per content snippet; key: source_key
SELECT
    'intercom:snippet:' || id                                                               AS source_key,
    id                                                                                      AS intercom_id,
    nullif(title, '')                                                                       AS title,
    json_blocks                                                                             AS blocks,
    locale,
    created_at,
    updated_at
FROM intercom_live.content_snippets
