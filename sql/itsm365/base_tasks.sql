-- one row per task, in words; key: uuid
SELECT
    tasks.uuid,
    tasks.source,
    coalesce(nullif(trim(tasks.title), ''), CAST(tasks.number AS VARCHAR), tasks.uuid)      AS name,
    nullif(trim(tasks.subject), '')                                                         AS subject,
    coalesce(states.title, tasks.state)                                                     AS status,
    coalesce(agents.name, teams.name)                                                       AS responsible,
    nullif(trim(html_to_text(clean_html(tasks.description_html))), '')                      AS description,
    said.comments,
    tasks.due_at,
    tasks.created_at,
    coalesce(tasks.removed, FALSE)                                                          AS removed
FROM itsm365.tasks AS tasks
LEFT JOIN base_states AS states ON states.type = tasks.type AND states.code = tasks.state
LEFT JOIN base_agents AS agents ON agents.uuid = tasks.responsible_employee
LEFT JOIN base_teams AS teams ON teams.uuid = tasks.responsible_team
LEFT JOIN base_object_comments AS said ON said.uuid = tasks.uuid
