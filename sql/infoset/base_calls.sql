-- one row per call with the thread that it is told in; key: id
-- A call that belongs to a ticket, as it says itself or an entry of the ticket's log does, is a note in the ticket's thread; any
-- other is a conversation of its own.
WITH named AS (
    SELECT call_id AS id, min(ticket_id) AS ticket_id FROM infoset.ticket_logs WHERE call_id > 0 GROUP BY call_id
),

recorded AS (
    SELECT
        CAST(key AS BIGINT)                                                                 AS id,
        first_value(name ORDER BY CASE WHEN sha256 IS NULL THEN 1 ELSE 0 END)               AS name,
        first_value(sha256 ORDER BY CASE WHEN sha256 IS NULL THEN 1 ELSE 0 END)             AS sha256,
        first_value(size ORDER BY CASE WHEN sha256 IS NULL THEN 1 ELSE 0 END)               AS size,
        first_value(content_type ORDER BY CASE WHEN sha256 IS NULL THEN 1 ELSE 0 END)       AS content_type
    FROM infoset.files
    WHERE table_name = 'calls'
    GROUP BY CAST(key AS BIGINT)
)

SELECT
    calls.id,
    'infoset:call:' || calls.id                                                             AS source_key,
    tickets.id                                                                              AS ticket_id,
    coalesce(tickets.thread_key, 'infoset:call:' || calls.id)                               AS thread_key,
    coalesce(directions.name, nullif(lower(trim(calls.direction)), ''))                     AS direction,
    nullif(trim(calls.queue), '')                                                           AS queue,
    nullif(trim(calls.disposition), '')                                                     AS disposition,
    nullif(trim(calls.from_number), '')                                                     AS from_number,
    nullif(trim(calls.to_number), '')                                                       AS to_number,
    nullif(trim(calls.note), '')                                                            AS note,
    calls.duration,
    calls.contact_id,
    calls.user_id,
    agents.source_key                                                                       AS agent_key,
    coalesce(agents.name, 'Agent ' || nullif(calls.user_id, 0))                             AS agent_name,
    coalesce(calls.started, calls.ended, TIMESTAMP '2000-01-01')                            AS started_at,
    nullif(trim(calls.recording_url), '') IS NOT NULL                                       AS has_recording,
    recorded.name                                                                           AS recording_name,
    recorded.sha256                                                                         AS recording_sha256,
    recorded.size                                                                           AS recording_size,
    recorded.content_type                                                                   AS recording_type
FROM infoset.calls AS calls
LEFT JOIN named ON named.id = calls.id
LEFT JOIN base_tickets AS tickets ON tickets.id = coalesce(nullif(calls.ticket_id, 0), named.ticket_id)
LEFT JOIN mapping.call_directions AS directions ON directions.direction = lower(trim(calls.direction))
LEFT JOIN base_agents AS agents ON agents.id = calls.user_id
LEFT JOIN recorded ON recorded.id = calls.id
