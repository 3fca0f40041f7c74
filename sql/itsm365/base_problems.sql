-- one row per problem, in words; key: uuid
SELECT
    problems.uuid,
    'itsm365:' || replace(problems.uuid, '$', ':')                                          AS source_key,
    coalesce(nullif(trim(problems.title), ''), CAST(problems.number AS VARCHAR), problems.uuid) AS name,
    CAST(problems.number AS VARCHAR)                                                        AS number,
    coalesce(nullif(trim(problems.subject), ''), nullif(trim(problems.title), ''))          AS subject,
    coalesce(states.title, problems.state)                                                  AS status,
    nullif(trim(html_to_text(clean_html(problems.root_cause))), '')                         AS root_cause,
    problems.known_error,
    nullif(trim(html_to_text(clean_html(problems.workaround))), '')                         AS workaround,
    nullif(trim(html_to_text(clean_html(problems.description_html))), '')                   AS description,
    said.comments,
    nullif(trim(problems.priority_name), '')                                                AS priority,
    coalesce(agents.name, teams.name)                                                       AS responsible,
    nullif(trim(problems.service_name), '')                                                 AS service,
    problems.created_at,
    problems.updated_at,
    coalesce(problems.removed, FALSE)                                                       AS removed
FROM itsm365.problems AS problems
LEFT JOIN base_states AS states ON states.type = problems.type AND states.code = problems.state
LEFT JOIN base_agents AS agents ON agents.uuid = problems.responsible_employee
LEFT JOIN base_teams AS teams ON teams.uuid = problems.responsible_team
LEFT JOIN base_object_comments AS said ON said.uuid = problems.uuid
