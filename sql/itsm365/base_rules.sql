-- one row per rule, process or action that works by itself, in words; key: source_key
-- What starts it, whom it asks in which order, whom it gives work to; the event "escalation" tells an escalation from a route.
WITH listed AS (
    SELECT uuid, nth, (json ->> 'title') AS name
    FROM (
        SELECT uuid, unnest(json_get_array(approvers)) AS json, unnest(range(0, json_length(approvers))) AS nth
        FROM itsm365.processes
        WHERE approvers LIKE '[{%'
    ) AS unnested
),

approvers AS (
    SELECT uuid, string_agg((nth + 1) || '. ' || name, ', ' ORDER BY nth) AS names FROM listed GROUP BY uuid
),

everything AS (
    SELECT
        rules.uuid, 'rules' AS source_table, rules.type,
        CASE WHEN lower(rules.event) LIKE '%escal%' OR lower(rules.title) LIKE 'эскалац%' THEN 'escalation' ELSE 'routing rule' END AS kind,
        rules.title, rules.event, rules.conditions, rules.team, CAST(NULL AS VARCHAR) AS approvers, CAST(NULL AS VARCHAR) AS mode, CAST(NULL AS VARCHAR) AS recipients,
        rules.active, rules.removed
    FROM itsm365.rules AS rules
    UNION ALL
    SELECT
        processes.uuid, 'processes', processes.type,
        CASE WHEN approvers.names IS NOT NULL THEN 'approval process' ELSE 'workflow' END,
        processes.title, processes.event, NULL, NULL, approvers.names, processes.mode, NULL,
        processes.active, processes.removed
    FROM itsm365.processes AS processes
    LEFT JOIN approvers ON approvers.uuid = processes.uuid
    UNION ALL
    SELECT
        uuid, 'actions', type,
        CASE WHEN type LIKE '%notification%' THEN 'notification' ELSE 'action on an event' END,
        title, event, NULL, NULL, NULL, NULL, recipients,
        active, removed
    FROM itsm365.actions
)

SELECT
    everything.uuid,
    'itsm365:inventory:' || replace(everything.uuid, '$', ':')                              AS source_key,
    everything.source_table,
    everything.kind,
    coalesce(nullif(trim(everything.title), ''), everything.uuid)                           AS name,
    attributes(
        'type', everything.type,
        'trigger', nullif(trim(everything.event), ''),
        'conditions', nullif(trim(everything.conditions), ''),
        'approvers', everything.approvers,
        'order', nullif(trim(everything.mode), ''),
        'team', nullif(trim(everything.team), ''),
        'recipients', nullif(trim(everything.recipients), ''),
        'active', everything.active,
        'archived', CASE WHEN everything.removed THEN TRUE END)                             AS details,
    coalesce(everything.active, TRUE) AND NOT coalesce(everything.removed, FALSE)           AS is_active
FROM everything
