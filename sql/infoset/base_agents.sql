-- one row per agent who exists, or whom mapping/agents.csv names; key: id
-- Owners are numbers: where the API does not list its users, the mapping says who they are.
WITH ids AS (
    SELECT id FROM infoset.users
    UNION
    SELECT TRY_CAST(user_id AS BIGINT) AS id FROM mapping.agents
)

SELECT
    ids.id,
    'infoset:user:' || ids.id                                                               AS source_key,
    coalesce(mapped.name, nullif(trim(users.name), ''), nullif(trim(concat_ws(' ', trim(users.first_name), trim(users.last_name))), ''),
        'Agent ' || ids.id)                                                                 AS name,
    coalesce(normalize_email(mapped.intercom_email), normalize_email(users.email))          AS email,
    users.id IS NULL OR coalesce(users.is_active, TRUE)                                     AS active,
    nullif(trim(users.role), '')                                                            AS role
FROM ids
LEFT JOIN infoset.users AS users ON users.id = ids.id
LEFT JOIN mapping.agents AS mapped ON TRY_CAST(mapped.user_id AS BIGINT) = ids.id
WHERE ids.id IS NOT NULL
