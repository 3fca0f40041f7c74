-- one row per ticket that is a conversation; key: itsm365:serviceCall:<number>
WITH participants AS (
    SELECT ticket, '[' || string_agg(json_quote(contact_key), ',' ORDER BY position) || ']' AS participant_keys
    FROM base_ticket_people
    WHERE position > 0
    GROUP BY ticket
),

tags AS (
    SELECT conversation_key, '[' || string_agg(json_quote(tag_key), ',' ORDER BY tag_key) || ']' AS tag_keys
    FROM base_tags
    GROUP BY conversation_key
)

SELECT
    tickets.source_key,
    requesters.contact_key,
    tickets.title,
    tickets.created_at,
    tickets.updated_at,
    tickets.state,
    tickets.snoozed_until,
    CASE WHEN tickets.state = 'closed' THEN solvers.source_key END                          AS closed_by_key,
    agents.source_key                                                                       AS assignee_key,
    coalesce(agents.name, tickets.responsible_name)                                         AS assignee_name,
    tickets.team_key,
    coalesce(ci_companies.company_key, requesters.company_key)                              AS company_key,
    TRUE                                                                                    AS is_read,
    participants.participant_keys,
    tags.tag_keys,
    merge_json(
        attributes(
            'itsm_ticket_id', tickets.number,
            'itsm_type', tickets.type_title,
            'itsm_status', tickets.status,
            'itsm_priority', levels.priority,
            'itsm_urgency', levels.urgency,
            'itsm_impact', levels.impact,
            'itsm_category', levels.category,
            'itsm_subcategory', levels.subcategory,
            'itsm_service', levels.service,
            'itsm_channel', levels.channel,
            'itsm_sla_name', levels.agreement,
            'itsm_sla_response_due', levels.response_due_at,
            'itsm_sla_resolution_due', levels.due_at,
            'itsm_sla_status', levels.sla_status,
            'itsm_responded_at', levels.responded_at,
            'itsm_resolution', levels.resolution,
            'itsm_resolved_at', tickets.resolved_at,
            'itsm_approval_status', levels.approval_status,
            'itsm_created_at', tickets.created_at,
            'itsm_updated_at', tickets.updated_at,
            'itsm_team', tickets.team,
            'itsm_configuration_items', levels.cis,
            'itsm_problems', levels.problems,
            'itsm_changes', levels.changes,
            'itsm_mass_problem', CASE WHEN levels.mass_problem THEN TRUE END,
            'itsm_rating', levels.rating,
            'itsm_requester_phone', tickets.client_phone,
            'itsm_archived', CASE WHEN tickets.removed THEN TRUE END
        ),
        custom.custom_attributes)                                                           AS custom_attributes
FROM base_tickets AS tickets
JOIN base_ticket_values AS levels ON levels.uuid = tickets.uuid
LEFT JOIN base_ticket_people AS requesters ON requesters.ticket = tickets.uuid AND requesters.position = 0
LEFT JOIN base_agents AS agents ON agents.uuid = tickets.responsible_employee
LEFT JOIN base_agents AS solvers ON solvers.uuid = tickets.solved_by
LEFT JOIN base_ci_companies AS ci_companies ON ci_companies.ticket = tickets.uuid AND ci_companies.nth = 1
LEFT JOIN participants ON participants.ticket = tickets.uuid
LEFT JOIN tags ON tags.conversation_key = tickets.source_key
LEFT JOIN base_custom_attributes AS custom ON custom.scope = 'ticket' AND custom.owner = tickets.uuid
WHERE tickets.fate = 'conversation'
