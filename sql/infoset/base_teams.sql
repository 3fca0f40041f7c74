-- one row per team; key: id
SELECT
    teams.id,
    'infoset:team:' || teams.id                                                             AS source_key,
    coalesce(mapped.name, nullif(trim(teams.name), ''), 'Team ' || teams.id)                AS name
FROM infoset.teams AS teams
LEFT JOIN mapping.teams AS mapped ON mapped.team_id = CAST(teams.id AS VARCHAR)
