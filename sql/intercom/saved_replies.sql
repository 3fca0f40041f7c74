-- one row per macro; key: source_key
SELECT
    'intercom:macro:' || id                                                                 AS source_key,
    id                                                                                      AS intercom_id,
    nullif(name, '')                                                                        AS name,
    body,
    coalesce(body_text, html_to_text(body))                                                 AS text,
    visible_to,
    source_keys('intercom:team:', visible_to_team_ids)                                        AS team_keys,
    created_at,
    updated_at
FROM intercom_live.macros
