-- one row per chat that a ticket names and that is not there: deleted by Infoset before it was read; key: (ticket_id, room_id)
SELECT
    logs.ticket_id,
    logs.room_id,
    min(logs.id)                                                                            AS log_id,
    min(logs.created_at)                                                                    AS named_at
FROM base_logs AS logs
LEFT JOIN infoset.rooms AS rooms ON rooms.id = logs.room_id
WHERE logs.room_id > 0 AND rooms.id IS NULL
GROUP BY logs.ticket_id, logs.room_id
