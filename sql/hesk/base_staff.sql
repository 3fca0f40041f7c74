-- one row per staff member that still exists; key: id
SELECT
    users.id,
    'hesk:user:' || users.id                                                        AS source_key,
    decode_entities(users."user")                                                   AS login,
    coalesce(nullif(decode_entities(trim(users.name)), ''), users."user")           AS name,
    coalesce(normalize_email(agents.intercom_email), normalize_email(decode_entities(users.email))) AS email,
    coalesce(users.active, TRUE)                                                    AS active
FROM hesk.users AS users
LEFT JOIN mapping.agents AS agents ON agents.user_id = CAST(users.id AS VARCHAR)
