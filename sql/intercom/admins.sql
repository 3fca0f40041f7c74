-- one row per teammate; key: source_key
SELECT
    'intercom:admin:' || id                                                                 AS source_key,
    id                                                                                      AS intercom_id,
    nullif(name, '')                                                                        AS name,
    nullif(email, '')                                                                       AS email,
    nullif(job_title, '')                                                                   AS job_title,
    has_inbox_seat,
    source_keys('intercom:team:', team_ids)                                                   AS team_keys
FROM intercom_live.admins
