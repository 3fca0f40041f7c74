-- one row per team; key: id
-- Tickets also name their team by name only. Teams of several departments can share a name: each is found by its id.
SELECT
    teams.id,
    'halo:team:' || teams.id                                                                AS source_key,
    coalesce(mapped.name, nullif(trim(teams.name), ''), 'Team ' || teams.id)                AS name,
    trim(teams.name)                                                                        AS halo_name,
    row_number() OVER (PARTITION BY lower(trim(teams.name)) ORDER BY coalesce(teams.inactive, FALSE), teams.id) AS nth
FROM halo.teams AS teams
LEFT JOIN mapping.teams AS mapped ON mapped.team_id = CAST(teams.id AS VARCHAR)
WHERE teams.id > 0
