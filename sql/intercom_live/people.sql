-- one row per teammate and team of the source, with who that is in the workspace; key: (kind, source_key)
-- As the loader matches them: teammates by e-mail, else by name, teams by name; a value that two have names nobody. id NULL: not there.
WITH emails AS (
    SELECT lower(trim(email)) AS email, min(id) AS id
    FROM intercom_live.admins
    GROUP BY lower(trim(email))
    HAVING count(*) = 1
),

names AS (
    SELECT lower(trim(name)) AS name, min(id) AS id
    FROM intercom_live.admins
    GROUP BY lower(trim(name))
    HAVING count(*) = 1
),

teams AS (
    SELECT lower(trim(name)) AS name, min(id) AS id
    FROM intercom_live.teams
    GROUP BY lower(trim(name))
    HAVING count(*) = 1
)

SELECT 'admin' AS kind, admins.source_key, admins.name, coalesce(emails.id, names.id) AS id
FROM intercom.admins AS admins
LEFT JOIN emails ON emails.email = lower(trim(admins.email)) AND emails.email <> ''
LEFT JOIN names ON names.name = lower(trim(admins.name)) AND names.name <> ''
UNION ALL
SELECT 'team' AS kind, wanted.source_key, wanted.name, teams.id
FROM intercom.teams AS wanted
LEFT JOIN teams ON teams.name = lower(trim(wanted.name)) AND teams.name <> ''
