-- one row per line of a ticket's history, in order; key: (ticket_id, line)
-- A line whose date cannot be read happened no earlier than the dated lines before it.
WITH lines AS (
    SELECT tickets.id AS ticket_id, unnest(hesk_history(tickets.history, base_settings.timezone)) AS entry
    FROM hesk.tickets AS tickets
    CROSS JOIN base_settings
),

fields AS (
    SELECT
        ticket_id,
        entry['line']                        AS line,
        nullif(entry['at_text'], '')         AS at_text,
        entry['at']                          AS at,
        entry['event']                       AS event,
        ltrim(entry['text'], '| ')           AS text,
        entry['actor_login']                 AS actor_login,
        entry['actor_name']                  AS actor_name,
        entry['target']                      AS target
    FROM lines
)

SELECT
    ticket_id,
    line,
    at_text,
    at,
    coalesce(at, max(at) OVER (PARTITION BY ticket_id ORDER BY line ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)) AS not_before,
    event,
    text,
    actor_login,
    actor_name,
    target
FROM fields
