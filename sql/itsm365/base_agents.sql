-- one row per employee who answers tickets, those who have left included; key: uuid
-- Whoever has a licence of their own (mapping/licenses.csv says which are none), is in a team, or has been responsible for
-- something. Roles are no people.
WITH licensed AS (
    SELECT uuid
    FROM (SELECT uuid, trim(BOTH '"' FROM unnest(json_get_array(license))) AS license FROM itsm365.employees WHERE license LIKE '[%') AS listed
    LEFT JOIN mapping.licenses AS licenses ON licenses.license = listed.license
    WHERE coalesce(licenses.is_agent, 'yes') <> 'no' AND listed.license <> ''
),

responsible AS (
    SELECT responsible_employee AS uuid FROM itsm365.tickets
    UNION
    SELECT solved_by FROM itsm365.tickets
    UNION
    SELECT responsible_employee FROM itsm365.problems
    UNION
    SELECT responsible_employee FROM itsm365.changes
)

SELECT
    employees.uuid,
    'itsm365:' || replace(employees.uuid, '$', ':')                                         AS source_key,
    coalesce(mapped.name, nullif(trim(employees.title), ''),
        nullif(trim(concat_ws(' ', employees.last_name, employees.first_name, employees.middle_name)), ''), employees.uuid) AS name,
    coalesce(normalize_email(mapped.intercom_email), normalize_email(employees.email))      AS email,
    NOT coalesce(employees.removed, FALSE) AND NOT coalesce(employees.is_locked, FALSE) AND coalesce(employees.is_active, TRUE) AS active
FROM itsm365.employees AS employees
LEFT JOIN (SELECT DISTINCT uuid FROM licensed) AS licensed ON licensed.uuid = employees.uuid
LEFT JOIN responsible ON responsible.uuid = employees.uuid
LEFT JOIN mapping.types AS types ON types.type = employees.type
LEFT JOIN mapping.agents AS mapped ON mapped.employee = employees.uuid
WHERE coalesce(types.become, 'person') <> 'none'
    AND (licensed.uuid IS NOT NULL OR coalesce(employees.teams, '[]') NOT IN ('[]', 'null') OR responsible.uuid IS NOT NULL)
