-- one row per change request and problem, where [source] makes custom objects of them; key: itsm365:<class>:<number>
-- Attributes of custom objects are texts in the API; days are YYYY-MM-DD.
WITH conversations_of AS (
    SELECT uuid, '[' || string_agg(json_quote(conversation_key), ',' ORDER BY conversation_key) || ']' AS conversation_keys
    FROM base_links
    WHERE kind IN ('problem', 'change')
    GROUP BY uuid
),

contacts_of AS (
    SELECT uuid, '[' || string_agg(json_quote(contact_key), ',' ORDER BY contact_key) || ']' AS contact_keys
    FROM (
        SELECT DISTINCT links.uuid, people.contact_key
        FROM base_links AS links
        JOIN base_ticket_people AS people ON people.ticket = links.ticket AND people.position = 0
        WHERE links.kind IN ('problem', 'change')
    ) AS once
    GROUP BY uuid
),

approvals AS (
    SELECT source, last_value(status ORDER BY created_at NULLS FIRST, uuid) AS status, string_agg(answers, '; ' ORDER BY created_at, uuid) AS answers
    FROM base_approvals
    GROUP BY source
),

changes AS (
    SELECT
        'itsm365:' || replace(changes.uuid, '$', ':') AS source_key, changes.uuid, 'change_request' AS object_type,
        changes.created_at AS external_created_at, changes.updated_at AS external_updated_at,
        attributes(
            'change_id', coalesce(nullif(trim(changes.title), ''), CAST(changes.number AS VARCHAR)),
            'number', CAST(changes.number AS VARCHAR),
            'title', nullif(trim(changes.subject), ''),
            'type', nullif(trim(changes.change_type), ''),
            'risk', nullif(trim(changes.risk), ''),
            'implementation_date', to_char(changes.implementation_date, '%Y-%m-%d'),
            'status', coalesce(states.title, changes.state),
            'priority', nullif(trim(changes.priority_name), ''),
            'responsible', coalesce(agents.name, teams.name),
            'approval_status', approvals.status,
            'approvals', approvals.answers,
            'description', nullif(trim(html_to_text(clean_html(changes.description_html))), ''),
            'comments', said.comments,
            'archived', CASE WHEN changes.removed THEN TRUE END) AS custom_attributes
    FROM itsm365.changes AS changes
    CROSS JOIN base_settings
    LEFT JOIN base_states AS states ON states.type = changes.type AND states.code = changes.state
    LEFT JOIN base_agents AS agents ON agents.uuid = changes.responsible_employee
    LEFT JOIN base_teams AS teams ON teams.uuid = changes.responsible_team
    LEFT JOIN approvals ON approvals.source = changes.uuid
    LEFT JOIN base_object_comments AS said ON said.uuid = changes.uuid
    WHERE base_settings.changes <> 'conversation'
),

problems AS (
    SELECT
        problems.source_key, problems.uuid, 'problem_record', problems.created_at, problems.updated_at,
        attributes(
            'problem_id', problems.name,
            'number', problems.number,
            'title', problems.subject,
            'status', problems.status,
            'root_cause', problems.root_cause,
            'known_error', problems.known_error,
            'workaround', problems.workaround,
            'priority', problems.priority,
            'responsible', problems.responsible,
            'service', problems.service,
            'description', problems.description,
            'comments', problems.comments,
            'archived', CASE WHEN problems.removed THEN TRUE END)
    FROM base_problems AS problems
    CROSS JOIN base_settings
    WHERE base_settings.problems <> 'note'
)

SELECT
    objects.source_key,
    objects.object_type,
    objects.source_key                                                                      AS external_id,
    objects.external_created_at,
    objects.external_updated_at,
    contacts_of.contact_keys,
    conversations_of.conversation_keys,
    objects.custom_attributes
FROM (
    SELECT * FROM changes
    UNION ALL SELECT * FROM problems
) AS objects
LEFT JOIN conversations_of ON conversations_of.uuid = objects.uuid
LEFT JOIN contacts_of ON contacts_of.uuid = objects.uuid
