-- one row per ticket that is a conversation; key: halo:ticket:<id>
WITH participants AS (
    SELECT ticket_id, '[' || string_agg(json_quote(contact_key), ',' ORDER BY position) || ']' AS participant_keys
    FROM base_ticket_people
    WHERE position > 0
    GROUP BY ticket_id
),

tags AS (
    SELECT ticket_id, '[' || string_agg(json_quote(tag_key), ',' ORDER BY tag_key) || ']' AS tag_keys
    FROM (
        SELECT DISTINCT named.ticket_id, tags.tag_key
        FROM halo.ticket_tags AS named
        JOIN base_tags AS tags ON tags.id = named.id
    ) AS once
    GROUP BY ticket_id
),

swallowed AS (
    SELECT thread_id AS ticket_id, string_agg(CAST(id AS VARCHAR), ', ' ORDER BY id) AS numbers
    FROM base_tickets
    WHERE fate = 'merged'
    GROUP BY thread_id
),

children AS (
    SELECT parent_id AS ticket_id, string_agg(CAST(id AS VARCHAR), ', ' ORDER BY id) AS numbers
    FROM halo.tickets
    WHERE parent_id > 0 AND NOT coalesce(deleted, FALSE)
    GROUP BY parent_id
),

rated AS (
    SELECT ticket_id, last_value(score ORDER BY date NULLS FIRST, id) AS score, last_value(comment ORDER BY date NULLS FIRST, id) AS comment
    FROM halo.feedback
    GROUP BY ticket_id
),

closers AS (
    SELECT actions.ticket_id, last_value(actions.author_key ORDER BY actions.created_at, actions.id) AS closed_by_key
    FROM base_actions AS actions
    JOIN halo.actions AS raw ON raw.ticket_id = actions.ticket_id AND raw.id = actions.id
    JOIN halo.tickets AS tickets ON tickets.id = actions.ticket_id AND tickets.status_id = raw.new_status
    WHERE actions.author = 'agent' AND raw.new_status IS DISTINCT FROM raw.old_status
    GROUP BY actions.ticket_id
)

SELECT
    tickets.source_key,
    requesters.contact_key,
    tickets.title,
    tickets.created_at,
    tickets.updated_at,
    tickets.state,
    CAST(NULL AS TIMESTAMP)                                                                 AS snoozed_until,
    CASE WHEN tickets.state = 'closed' THEN closers.closed_by_key END                       AS closed_by_key,
    agents.source_key                                                                       AS assignee_key,
    coalesce(agents.name, tickets.agent_name)                                               AS assignee_name,
    tickets.team_key,
    clients.company_key,
    TRUE                                                                                    AS is_read,
    participants.participant_keys,
    tags.tag_keys,
    merge_json(
        attributes(
            'Halo ticket number', tickets.id,
            'Halo status', tickets.status,
            'Halo priority', coalesce(nullif(trim(priorities.name), ''), nullif(trim(raw.priority_name), '')),
            'Halo SLA', coalesce(nullif(trim(slas.name), ''), nullif(trim(raw.sla_name), '')),
            'Halo ticket type', coalesce(nullif(trim(types.name), ''), nullif(trim(raw.tickettype_name), '')),
            'Halo category', nullif(trim(raw.category_1), ''),
            'Halo category 2', nullif(trim(raw.category_2), ''),
            'Halo category 3', nullif(trim(raw.category_3), ''),
            'Halo category 4', nullif(trim(raw.category_4), ''),
            'Halo source', coalesce(sources.name, CASE WHEN raw.source IS NOT NULL THEN 'Source ' || raw.source END),
            'Halo site', coalesce(sites.name, nullif(trim(raw.site_name), '')),
            'Halo reported by', tickets.reported_by,
            'Halo team', coalesce(teams.name, tickets.team),
            'Halo impact', CASE WHEN raw.impact > 0 THEN raw.impact END,
            'Halo urgency', CASE WHEN raw.urgency > 0 THEN raw.urgency END,
            'Halo on hold', CASE WHEN raw.onhold THEN TRUE END,
            'Halo flagged', CASE WHEN raw.flagged THEN TRUE END,
            'Halo created at', tickets.created_at,
            'Halo updated at', tickets.updated_at,
            'Halo closed at', CASE WHEN tickets.state = 'closed' THEN tickets.closed_at END,
            'Halo first response at', coalesce(raw.first_responsedate, raw.responsedate),
            'Halo respond by', raw.respondbydate,
            'Halo response result', CASE
                WHEN raw.excludefromsla THEN 'excluded'
                WHEN raw.slaresponsestate IS NOT NULL AND raw.slaresponsestate <> '' THEN coalesce(responses.name, raw.slaresponsestate)
                WHEN raw.responsedate <= raw.respondbydate THEN 'met'
                WHEN raw.responsedate > raw.respondbydate THEN 'missed' END,
            'Halo fix by', raw.fixbydate,
            'Halo resolution result', CASE
                WHEN raw.excludefromsla THEN 'excluded'
                WHEN raw.slastate IS NOT NULL AND raw.slastate <> '' THEN coalesce(resolutions.name, raw.slastate)
                WHEN tickets.state = 'closed' AND tickets.closed_at <= raw.fixbydate THEN 'met'
                WHEN tickets.state = 'closed' AND tickets.closed_at > raw.fixbydate THEN 'missed' END,
            'Halo target date', raw.targetdate,
            'Halo deadline', raw.deadlinedate,
            'Halo follow-up', raw.followupdate,
            'Halo hours worked', nullif(raw.timetaken, 0),
            'Halo parent ticket', CASE WHEN raw.parent_id > 0 THEN raw.parent_id END,
            'Halo child tickets', children.numbers,
            'Halo merged tickets', swallowed.numbers,
            'Halo created from', CASE WHEN raw.createdfrom_id > 0 THEN raw.createdfrom_id END,
            'Halo contract', coalesce(nullif(trim(contracts.ref), ''), CASE WHEN tickets.contract_id IS NOT NULL THEN 'Contract ' || tickets.contract_id END),
            'Halo workflow', coalesce(nullif(trim(workflows.name), ''), CASE WHEN raw.workflow_id > 0 THEN 'Workflow ' || raw.workflow_id END),
            'Halo closure note', coalesce(nullif(trim(raw.closure_note), ''), nullif(html_to_text(raw.closure_note_html), '')),
            'Halo feedback score', coalesce(rated.score, CASE WHEN raw.satisfactionlevel > 0 THEN raw.satisfactionlevel END),
            'Halo feedback comment', coalesce(nullif(trim(rated.comment), ''), nullif(trim(raw.satisfactioncomment), '')),
            'Halo values as entered', custom.as_entered
        ),
        custom.custom_attributes)                                                           AS custom_attributes
FROM base_tickets AS tickets
JOIN halo.tickets AS raw ON raw.id = tickets.id
LEFT JOIN base_ticket_people AS requesters ON requesters.ticket_id = tickets.id AND requesters.position = 0
LEFT JOIN participants ON participants.ticket_id = tickets.id
LEFT JOIN tags ON tags.ticket_id = tickets.id
LEFT JOIN base_agents AS agents ON agents.id = tickets.agent_id
LEFT JOIN base_teams AS teams ON teams.source_key = tickets.team_key
LEFT JOIN base_clients AS clients ON clients.id = tickets.client_id
LEFT JOIN base_sites AS sites ON sites.id = tickets.site_id
LEFT JOIN halo.slas AS slas ON slas.id = raw.sla_id
LEFT JOIN halo.priorities AS priorities ON priorities.slaid = raw.sla_id AND priorities.priorityid = raw.priority_id
LEFT JOIN halo.ticket_types AS types ON types.id = raw.tickettype_id
LEFT JOIN halo.contracts AS contracts ON contracts.id = tickets.contract_id
LEFT JOIN halo.workflows AS workflows ON workflows.id = raw.workflow_id AND raw.workflow_id > 0
LEFT JOIN mapping.sources AS sources ON sources.source_id = CAST(raw.source AS VARCHAR)
LEFT JOIN mapping.sla_states AS responses ON responses.state = raw.slaresponsestate
LEFT JOIN mapping.sla_states AS resolutions ON resolutions.state = raw.slastate
LEFT JOIN swallowed ON swallowed.ticket_id = tickets.id
LEFT JOIN children ON children.ticket_id = tickets.id
LEFT JOIN rated ON rated.ticket_id = tickets.id
LEFT JOIN closers ON closers.ticket_id = tickets.id
LEFT JOIN base_custom_attributes AS custom ON custom.scope = 'ticket' AND custom.owner_key = tickets.source_key
WHERE tickets.fate = 'conversation'
