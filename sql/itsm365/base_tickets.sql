-- one row per ticket, and per change request where [source] changes makes conversations of these; key: uuid
-- fate: conversation, archived (what ITSM 365 calls removed; [source] archived brings it over), object (a change that is a custom
-- object). Open or closed is what mapping/states.csv says of the state; of a state it does not know, whether there is a solution.
WITH everything AS (
    SELECT
        uuid, 'ticket' AS kind, type, number, title, state, subject, coalesce(nullif(trim(description_html), ''), text_to_html(description)) AS html,
        resolution, client_employee, client_ou, client_name, client_email, client_phone, author, responsible_employee, responsible_employee_name,
        responsible_team, responsible_team_name, solved_by, solved_by_name, closed_by,
        coalesce(created_at, registered_at, requested_at, updated_at) AS created_at, updated_at, resolved_at, postponed_until, coalesce(removed, FALSE) AS removed
    FROM itsm365.tickets
    UNION ALL
    SELECT
        uuid, 'change', type, number, title, state, subject, description_html,
        NULL, coalesce(client_employee, author), NULL, NULL, NULL, NULL, author, responsible_employee, NULL,
        responsible_team, NULL, NULL, NULL, NULL,
        coalesce(created_at, updated_at), updated_at, NULL, NULL, coalesce(removed, FALSE)
    FROM itsm365.changes
)

SELECT
    everything.uuid,
    everything.kind,
    everything.type,
    coalesce(types.title, everything.type)                                                  AS type_title,
    'itsm365:' || replace(everything.uuid, '$', ':')                                        AS source_key,
    CASE
        WHEN everything.kind = 'change' AND base_settings.changes <> 'conversation' THEN 'object'
        WHEN everything.removed AND base_settings.archived <> 'keep' THEN 'archived'
        ELSE 'conversation'
    END                                                                                     AS fate,
    everything.number,
    coalesce(nullif(trim(regexp_replace(everything.subject, '\s+', ' ', 'g')), ''), nullif(trim(everything.title), ''), everything.uuid) AS title,
    coalesce(states.title, everything.state)                                                AS status,
    CASE
        WHEN states.state = 'snoozed' THEN CASE WHEN everything.postponed_until > now() THEN 'snoozed' ELSE 'open' END
        ELSE coalesce(states.state, CASE WHEN everything.resolved_at IS NOT NULL THEN 'closed' ELSE 'open' END)
    END                                                                                     AS state,
    CASE WHEN states.state = 'snoozed' AND everything.postponed_until > now() THEN everything.postponed_until END AS snoozed_until,
    everything.html,
    CASE WHEN regexp_like(everything.resolution, '<[a-zA-Z/!]') THEN everything.resolution ELSE text_to_html(everything.resolution) END AS resolution,
    everything.client_employee,
    everything.client_ou,
    nullif(trim(everything.client_name), '')                                                AS client_name,
    normalize_email(everything.client_email)                                                AS client_email,
    nullif(trim(everything.client_phone), '')                                               AS client_phone,
    everything.author,
    everything.responsible_employee,
    nullif(trim(everything.responsible_employee_name), '')                                  AS responsible_name,
    teams.source_key                                                                        AS team_key,
    coalesce(teams.name, nullif(trim(everything.responsible_team_name), ''))                AS team,
    coalesce(everything.solved_by, everything.closed_by)                                    AS solved_by,
    nullif(trim(everything.solved_by_name), '')                                             AS solved_by_name,
    coalesce(everything.created_at, TIMESTAMP '2000-01-01')                                 AS created_at,
    everything.updated_at,
    everything.resolved_at,
    everything.removed
FROM everything
CROSS JOIN base_settings
LEFT JOIN mapping.types AS types ON types.type = everything.type
LEFT JOIN base_states AS states ON states.type = everything.type AND states.code = everything.state
LEFT JOIN base_teams AS teams ON teams.uuid = everything.responsible_team
