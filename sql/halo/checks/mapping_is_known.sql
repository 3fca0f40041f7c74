-- mapping/*.csv name agents, teams, clients, statuses and fields that Halo has
-- severity: warn
SELECT 'admins' AS table_name, 'halo:agent:' || mapped.agent_id AS source_key, 'mapping/agents.csv names agent ' || mapped.agent_id || ', who does not exist' AS reason
FROM mapping.agents AS mapped
LEFT JOIN intercom.base_agents AS agents ON CAST(agents.id AS VARCHAR) = mapped.agent_id
WHERE agents.id IS NULL
UNION ALL
SELECT 'teams', 'halo:team:' || mapped.team_id, 'mapping/teams.csv names team ' || mapped.team_id || ', which does not exist'
FROM mapping.teams AS mapped
LEFT JOIN intercom.base_teams AS teams ON CAST(teams.id AS VARCHAR) = mapped.team_id
WHERE teams.id IS NULL
UNION ALL
SELECT 'companies', 'halo:client:' || mapped.client_id, 'mapping/clients.csv names client ' || mapped.client_id || ', which does not exist'
FROM mapping.clients AS mapped
LEFT JOIN intercom.base_clients AS clients ON CAST(clients.id AS VARCHAR) = mapped.client_id
WHERE clients.id IS NULL
UNION ALL
SELECT 'attributes', 'halo:custom_field:' || mapped.field_id, 'mapping/attributes.csv names custom field ' || mapped.field_id || ', which does not exist'
FROM mapping.attributes AS mapped
LEFT JOIN intercom.base_custom_fields AS fields ON CAST(fields.id AS VARCHAR) = mapped.field_id
WHERE fields.id IS NULL
UNION ALL
SELECT 'conversations', 'halo:status:' || mapped.status_id, 'mapping/statuses.csv says "' || coalesce(mapped.state, '') || '" of status ' || mapped.status_id || ': it takes open or closed'
FROM mapping.statuses AS mapped
WHERE coalesce(mapped.state, '') NOT IN ('open', 'closed')
