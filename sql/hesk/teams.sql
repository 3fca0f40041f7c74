-- one row per ticket category that becomes a team; key: hesk:category:<id>
WITH needed AS (
    SELECT DISTINCT team_key FROM conversations WHERE team_key IS NOT NULL
)

SELECT 'hesk:category:' || categories.id AS source_key, categories.name, needed.team_key IS NOT NULL AS used
FROM base_categories AS categories
LEFT JOIN needed ON needed.team_key = 'hesk:category:' || categories.id
WHERE categories.become IN ('team', 'both')
