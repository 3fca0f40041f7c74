-- one row per problem, change, task or configuration item that a ticket is linked with; key: (ticket, uuid)
-- Either side can name the other. Where changes are conversations, they have tasks, too. A change is made for a ticket, or the ticket came from it.
WITH named AS (
    SELECT uuid AS ticket, 'problem' AS kind, 'problem' AS role, unnest(json_get_array(problems)) AS json, 'ticket' AS told_by FROM itsm365.tickets WHERE problems LIKE '[{%'
    UNION ALL
    SELECT uuid, 'change', 'reason', unnest(json_get_array(change_reasons)), 'ticket' FROM itsm365.tickets WHERE change_reasons LIKE '[{%'
    UNION ALL
    SELECT uuid, 'change', 'result', unnest(json_get_array(change_results)), 'ticket' FROM itsm365.tickets WHERE change_results LIKE '[{%'
    UNION ALL
    SELECT uuid, 'task', 'task', unnest(json_get_array(tasks)), 'ticket' FROM itsm365.tickets WHERE tasks LIKE '[{%'
    UNION ALL
    SELECT uuid, 'ci', 'ci', unnest(json_get_array(cis)), 'ticket' FROM itsm365.tickets WHERE cis LIKE '[{%'
    UNION ALL
    SELECT uuid, 'problem', 'problem', unnest(json_get_array(tickets)), 'problem' FROM itsm365.problems WHERE tickets LIKE '[{%'
),

pairs AS (
    SELECT
        CASE WHEN told_by = 'ticket' THEN ticket ELSE (json ->> 'UUID') END                 AS ticket,
        CASE WHEN told_by = 'ticket' THEN (json ->> 'UUID') ELSE ticket END                 AS uuid,
        kind,
        role,
        CASE WHEN told_by = 'ticket' THEN (json ->> 'title') END                            AS title
    FROM named
    UNION ALL
    SELECT source, uuid, 'task', 'task', name FROM base_tasks WHERE source IS NOT NULL
)

SELECT
    pairs.ticket,
    pairs.uuid,
    min(pairs.kind)                                                                         AS kind,
    min(pairs.role)                                                                         AS role,
    max(pairs.title)                                                                        AS title,
    min(tickets.source_key)                                                                 AS conversation_key
FROM pairs
JOIN base_tickets AS tickets ON tickets.uuid = pairs.ticket AND tickets.fate = 'conversation'
WHERE pairs.uuid IS NOT NULL
GROUP BY pairs.ticket, pairs.uuid
