-- one row per line of a ticket's history, in order; key: (ticket_id, line)
WITH lines AS (
    SELECT tickets.id AS ticket_id, unnest(hesk_history(tickets.history, base_settings.timezone)) AS entry
    FROM hesk.tickets AS tickets
    CROSS JOIN base_settings
)

SELECT
    ticket_id,
    entry['line']        AS line,
    entry['raw']         AS raw,
    entry['at']          AS at,
    entry['event']       AS event,
    entry['text']        AS text,
    entry['actor_login'] AS actor_login,
    entry['actor_name']  AS actor_name
FROM lines
