-- one row per tag; key: source_key
SELECT
    'intercom:tag:' || id                                                                   AS source_key,
    id                                                                                      AS intercom_id,
    coalesce(name, '')                                                                      AS name
FROM intercom_live.tags
