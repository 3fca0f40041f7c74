-- one row per team; key: itsm365:team:<number>
WITH needed AS (
    SELECT DISTINCT team_key FROM conversations WHERE team_key IS NOT NULL
)

SELECT teams.source_key, teams.name, needed.team_key IS NOT NULL AS used
FROM base_teams AS teams
LEFT JOIN needed ON needed.team_key = teams.source_key
