-- mapping/*.csv name agents, teams and properties that Infoset has
-- severity: warn
SELECT 'teams' AS table_name, 'infoset:team:' || mapped.team_id AS source_key, 'mapping/teams.csv names team ' || mapped.team_id || ', which does not exist' AS reason
FROM mapping.teams AS mapped
LEFT JOIN intercom.base_teams AS teams ON CAST(teams.id AS VARCHAR) = mapped.team_id
WHERE teams.id IS NULL
UNION ALL
SELECT 'attributes', 'infoset:property:' || mapped.property, 'mapping/attributes.csv names property ' || mapped.property || ', which does not exist'
FROM mapping.attributes AS mapped
LEFT JOIN intercom.base_properties AS properties ON properties.key = mapped.property
WHERE properties.key IS NULL
