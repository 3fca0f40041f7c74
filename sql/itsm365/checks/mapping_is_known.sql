-- mapping/*.csv name what ITSM 365 has, and words that models know
-- severity: warn
SELECT 'admins' AS table_name, 'itsm365:' || replace(mapped.employee, '$', ':') AS source_key, 'mapping/agents.csv names ' || mapped.employee || ', who answers no tickets' AS reason
FROM mapping.agents AS mapped
LEFT JOIN intercom.base_agents AS agents ON agents.uuid = mapped.employee
WHERE agents.uuid IS NULL
UNION ALL
SELECT 'teams', 'itsm365:' || replace(mapped.team, '$', ':'), 'mapping/teams.csv names ' || mapped.team || ', which does not exist'
FROM mapping.teams AS mapped
LEFT JOIN intercom.base_teams AS teams ON teams.uuid = mapped.team
WHERE teams.uuid IS NULL
UNION ALL
SELECT 'conversations', 'itsm365:state:' || mapped.state, 'mapping/states.csv says "' || coalesce(mapped.becomes, '') || '" of ' || mapped.state || ': it takes open, closed or snoozed'
FROM mapping.states AS mapped
WHERE coalesce(mapped.becomes, '') NOT IN ('open', 'closed', 'snoozed')
UNION ALL
SELECT 'attributes', 'itsm365:custom_attribute:' || mapped.attribute, 'mapping/attributes.csv names ' || mapped.attribute || ', which no row has filled'
FROM mapping.attributes AS mapped
LEFT JOIN (SELECT DISTINCT scope || ':' || code AS attribute FROM intercom.base_custom_values) AS held ON held.attribute = mapped.attribute
WHERE held.attribute IS NULL AND coalesce(mapped.data_type, '') <> 'none'
