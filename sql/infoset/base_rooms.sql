-- one row per room (a conversation of chat or a social channel) with the thread that its messages go to; key: id
-- A room that belongs to a ticket, as it says itself or an entry of the ticket's log does, is in the ticket's thread.
WITH named AS (
    SELECT room_id AS id, min(ticket_id) AS ticket_id FROM infoset.ticket_logs WHERE room_id > 0 GROUP BY room_id
),

firsts AS (
    SELECT room_id AS id, min(created) AS first_at, max(created) AS last_at FROM infoset.room_messages GROUP BY room_id
)

SELECT
    rooms.id,
    'infoset:room:' || rooms.id                                                             AS source_key,
    tickets.id AS ticket_id,
    coalesce(tickets.thread_key, 'infoset:room:' || rooms.id)                               AS thread_key,
    coalesce(nullif(trim(regexp_replace(rooms.subject, '\s+', ' ', 'g')), ''), 'Chat ' || rooms.id) AS title,
    coalesce(CASE WHEN rooms.closed IS NOT NULL THEN 'closed' END, statuses.state, 'open')  AS state,
    coalesce(statuses.name, nullif(trim(rooms.status), ''))                                 AS status,
    coalesce(channels.source, CASE WHEN trim(rooms.channel) <> '' THEN 'other' ELSE 'chat' END) AS channel_source,
    nullif(trim(rooms.channel), '')                                                         AS channel,
    rooms.contact_id,
    teams.source_key                                                                        AS team_key,
    coalesce(rooms.created, firsts.first_at, rooms.updated, TIMESTAMP '2000-01-01')         AS created_at,
    coalesce(rooms.updated, rooms.closed, firsts.last_at)                                   AS updated_at,
    rooms.closed                                                                            AS closed_at
FROM infoset.rooms AS rooms
LEFT JOIN named ON named.id = rooms.id
LEFT JOIN base_tickets AS tickets ON tickets.id = coalesce(rooms.ticket_id, named.ticket_id)
LEFT JOIN firsts ON firsts.id = rooms.id
LEFT JOIN mapping.statuses AS statuses ON statuses.status = rooms.status
LEFT JOIN mapping.channels AS channels ON channels.channel = lower(trim(rooms.channel))
LEFT JOIN base_teams AS teams ON teams.id = rooms.team_id
