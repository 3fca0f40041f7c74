-- one row per conversation with what a ticket, a room and a call have in common; key: thread_key
WITH of_tickets AS (
    SELECT
        tickets.thread_key, 'ticket' AS kind, tickets.id, tickets.title, tickets.state, tickets.status, tickets.priority,
        tickets.channel_source, tickets.channel, tickets.pipeline, tickets.stage, tickets.company_key, tickets.team_key, tickets.team,
        tickets.created_at, tickets.updated_at, tickets.closed_at, raw.first_response AS first_response_at
    FROM base_tickets AS tickets
    JOIN infoset.tickets AS raw ON raw.id = tickets.id
    WHERE tickets.fate = 'conversation'
),

of_rooms AS (
    SELECT
        rooms.thread_key, 'room' AS kind, rooms.id, rooms.title, rooms.state, rooms.status, CAST(NULL AS VARCHAR) AS priority,
        rooms.channel_source, rooms.channel, CAST(NULL AS VARCHAR) AS pipeline, CAST(NULL AS VARCHAR) AS stage,
        CAST(NULL AS VARCHAR) AS company_key, rooms.team_key, teams.name AS team,
        rooms.created_at, rooms.updated_at, rooms.closed_at, CAST(NULL AS TIMESTAMP) AS first_response_at
    FROM base_rooms AS rooms
    LEFT JOIN base_teams AS teams ON teams.source_key = rooms.team_key
    WHERE rooms.ticket_id IS NULL
),

of_calls AS (
    SELECT
        calls.thread_key, 'call' AS kind, calls.id, concat_ws(' ', 'Call', calls.direction) AS title, 'closed' AS state, calls.disposition AS status, CAST(NULL AS VARCHAR) AS priority,
        'call' AS channel_source, 'call' AS channel, CAST(NULL AS VARCHAR) AS pipeline, CAST(NULL AS VARCHAR) AS stage,
        CAST(NULL AS VARCHAR) AS company_key, CAST(NULL AS VARCHAR) AS team_key, CAST(NULL AS VARCHAR) AS team,
        calls.started_at AS created_at, calls.started_at AS updated_at, CAST(NULL AS TIMESTAMP) AS closed_at, CAST(NULL AS TIMESTAMP) AS first_response_at
    FROM base_calls AS calls
    WHERE calls.ticket_id IS NULL
)

SELECT * FROM of_tickets
UNION ALL
SELECT * FROM of_rooms
UNION ALL
SELECT * FROM of_calls
