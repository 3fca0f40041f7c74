-- one row per agent that still exists, disabled ones included; key: id
-- Agent 1 is Halo's word for "unassigned".
SELECT
    agents.id,
    'halo:agent:' || agents.id                                                              AS source_key,
    coalesce(mapped.name, nullif(trim(agents.name), ''),
        nullif(trim(concat_ws(' ', agents.firstname, agents.surname)), ''), 'Agent ' || agents.id) AS name,
    coalesce(normalize_email(mapped.intercom_email), normalize_email(agents.email))         AS email,
    NOT coalesce(agents.isdisabled, FALSE)                                                  AS active,
    coalesce(agents.isapiagent, FALSE)                                                      AS is_integration
FROM halo.agents AS agents
LEFT JOIN mapping.agents AS mapped ON mapped.agent_id = CAST(agents.id AS VARCHAR)
WHERE agents.id > 1
