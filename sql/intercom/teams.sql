-- one row per team; key: source_key
SELECT
    'intercom:team:' || id                                                                  AS source_key,
    id                                                                                      AS intercom_id,
    nullif(name, '')                                                                        AS name,
    source_keys('intercom:admin:', admin_ids)                                                 AS admin_keys
FROM intercom_live.teams
