-- one row per conversation: a ticket, a room or a call without one; key: thread_key
SELECT thread_key, 'ticket' AS kind, id, created_at FROM base_tickets WHERE fate = 'conversation'
UNION ALL
SELECT thread_key, 'room', id, created_at FROM base_rooms WHERE ticket_id IS NULL
UNION ALL
SELECT thread_key, 'call', id, started_at FROM base_calls WHERE ticket_id IS NULL
