-- one row per team; key: uuid
SELECT
    teams.uuid,
    'itsm365:' || replace(teams.uuid, '$', ':')                                             AS source_key,
    coalesce(mapped.name, nullif(trim(teams.title), ''), teams.uuid)                        AS name,
    coalesce(teams.removed, FALSE)                                                          AS removed
FROM itsm365.teams AS teams
LEFT JOIN mapping.teams AS mapped ON mapped.team = teams.uuid
