-- one row per ticket, and per room and call that belongs to none; key: infoset:<ticket|room|call>:<id>
-- It begins with the first that was written in it: a chat can be older than the ticket that was made of it.
WITH participants AS (
    SELECT thread_key, '[' || string_agg(json_quote(contact_key), ',' ORDER BY position) || ']' AS participant_keys
    FROM base_thread_people
    WHERE position > 0
    GROUP BY thread_key
),

tags AS (
    SELECT thread_key, '[' || string_agg(json_quote(tag_key), ',' ORDER BY tag_key) || ']' AS tag_keys
    FROM (
        SELECT DISTINCT coalesce(tickets.thread_key, rooms.thread_key) AS thread_key, tags.tag_key
        FROM (
            SELECT ticket_id, CAST(NULL AS BIGINT) AS room_id, tag FROM infoset.ticket_tags
            UNION ALL
            SELECT CAST(NULL AS BIGINT), room_id, tag FROM infoset.room_tags
        ) AS named
        JOIN base_tags AS tags ON tags.tag = named.tag
        LEFT JOIN base_tickets AS tickets ON tickets.id = named.ticket_id AND tickets.fate = 'conversation'
        LEFT JOIN base_rooms AS rooms ON rooms.id = named.room_id
    ) AS once
    WHERE thread_key IS NOT NULL
    GROUP BY thread_key
),

owners AS (
    SELECT
        'infoset:' || kind || ':' || id                                                     AS thread_key,
        max(CASE WHEN position = 1 THEN agent_key END)                                      AS agent_key,
        max(CASE WHEN position = 1 THEN name END)                                           AS name,
        string_agg(name, ', ' ORDER BY position)                                            AS names,
        count(*)                                                                            AS count
    FROM base_owners
    WHERE kind IN ('ticket', 'room')
    GROUP BY kind, id
),

swallowed AS (
    SELECT thread_key, string_agg(CAST(id AS VARCHAR), ', ' ORDER BY id) AS numbers
    FROM base_tickets
    WHERE fate = 'merged'
    GROUP BY thread_key
),

rooms AS (
    SELECT
        thread_key,
        string_agg(CAST(id AS VARCHAR), ', ' ORDER BY id)                                   AS numbers
    FROM base_rooms
    GROUP BY thread_key
),

calls AS (
    SELECT thread_key, string_agg(CAST(id AS VARCHAR), ', ' ORDER BY id) AS numbers, min(agent_key) AS agent_key, min(agent_name) AS agent_name
    FROM base_calls
    GROUP BY thread_key
),

lost AS (
    SELECT tickets.thread_key, string_agg(CAST(lost.room_id AS VARCHAR), ', ' ORDER BY lost.room_id) AS numbers
    FROM base_lost_chats AS lost
    JOIN base_tickets AS tickets ON tickets.id = lost.ticket_id
    GROUP BY tickets.thread_key
),

deals AS (
    SELECT thread_key, string_agg(name, ', ' ORDER BY deal_id) AS names FROM base_deal_tickets GROUP BY thread_key
),

breaches AS (
    SELECT ticket_id, string_agg(concat_ws(' ', nullif(trim(name), ''), nullif(trim(target), ''), to_char(coalesce(breached, due), '%Y-%m-%d %H:%M')), '; ' ORDER BY coalesce(breached, due), id) AS list
    FROM infoset.sla_breaches
    GROUP BY ticket_id
),

-- What the thread holds, whatever the ticket says that it came by.
channels AS (
    SELECT thread_key, string_agg(DISTINCT source, ', ' ORDER BY source) AS list, count(DISTINCT source) AS count
    FROM (
        SELECT thread_key, channel_source AS source FROM base_thread_facts WHERE channel_source <> 'other'
        UNION ALL
        SELECT thread_key, channel_source FROM base_rooms
        UNION ALL
        SELECT thread_key, 'call' FROM base_calls
        UNION ALL
        SELECT tickets.thread_key, 'email' FROM base_logs AS logs JOIN base_tickets AS tickets ON tickets.id = logs.ticket_id WHERE logs.email_id IS NOT NULL
    ) AS told
    GROUP BY thread_key
),

-- The newest of several.
rated AS (
    SELECT
        coalesce(tickets.thread_key, rooms.thread_key)                                      AS thread_key,
        last_value(ratings.score ORDER BY ratings.created NULLS FIRST, ratings.id)          AS score,
        last_value(nullif(trim(ratings.comment), '') ORDER BY ratings.created NULLS FIRST, ratings.id) AS comment
    FROM infoset.ratings AS ratings
    LEFT JOIN base_tickets AS tickets ON tickets.id = ratings.ticket_id
    LEFT JOIN base_rooms AS rooms ON rooms.id = ratings.room_id
    GROUP BY coalesce(tickets.thread_key, rooms.thread_key)
),

closers AS (
    SELECT thread_key, last_value(author_key ORDER BY created_at, nth) AS closed_by_key
    FROM base_messages
    WHERE author = 'agent' AND kind = 'reply' AND author_key IS NOT NULL
    GROUP BY thread_key
)

SELECT
    facts.thread_key                                                                        AS source_key,
    requesters.contact_key,
    facts.title,
    starts.created_at,
    facts.updated_at,
    facts.state,
    CAST(NULL AS TIMESTAMP)                                                                 AS snoozed_until,
    -- Who answered last: Infoset does not say who closed.
    CASE WHEN facts.state = 'closed' THEN closers.closed_by_key END                         AS closed_by_key,
    coalesce(owners.agent_key, CASE WHEN facts.kind = 'call' THEN calls.agent_key END)      AS assignee_key,
    coalesce(owners.name, CASE WHEN facts.kind = 'call' THEN calls.agent_name END)          AS assignee_name,
    facts.team_key,
    facts.company_key,
    TRUE                                                                                    AS is_read,
    participants.participant_keys,
    tags.tag_keys,
    merge_json(
        attributes(
            'channel_source', facts.channel_source,
            'Infoset channel', facts.channel,
            'Infoset channels of the thread', CASE WHEN channels.count > 1 THEN channels.list END,
            'Infoset ticket ID', CASE WHEN facts.kind = 'ticket' THEN facts.id END,
            'Infoset chat IDs', rooms.numbers,
            'Infoset call IDs', calls.numbers,
            'Infoset status', facts.status,
            'Infoset priority', facts.priority,
            'Infoset pipeline', facts.pipeline,
            'Infoset stage', facts.stage,
            'Infoset owners', CASE WHEN owners.count > 1 THEN owners.names END,
            'Infoset team', facts.team,
            'Infoset created at', facts.created_at,
            'Infoset updated at', facts.updated_at,
            'Infoset first response at', facts.first_response_at,
            'Infoset closed at', CASE WHEN facts.state = 'closed' THEN facts.closed_at END,
            'Infoset merged tickets', swallowed.numbers,
            'Infoset SLA breaches', breaches.list,
            'Infoset deals', deals.names,
            'Infoset rating', rated.score,
            'Infoset rating comment', rated.comment,
            'Infoset lost chats', lost.numbers,
            'Infoset values as entered', custom.as_entered
        ),
        custom.custom_attributes)                                                           AS custom_attributes
FROM base_thread_facts AS facts
LEFT JOIN base_thread_starts AS starts ON starts.thread_key = facts.thread_key
LEFT JOIN base_thread_people AS requesters ON requesters.thread_key = facts.thread_key AND requesters.position = 0
LEFT JOIN participants ON participants.thread_key = facts.thread_key
LEFT JOIN tags ON tags.thread_key = facts.thread_key
LEFT JOIN owners ON owners.thread_key = facts.thread_key
LEFT JOIN swallowed ON swallowed.thread_key = facts.thread_key
LEFT JOIN rooms ON rooms.thread_key = facts.thread_key
LEFT JOIN calls ON calls.thread_key = facts.thread_key
LEFT JOIN lost ON lost.thread_key = facts.thread_key
LEFT JOIN deals ON deals.thread_key = facts.thread_key
LEFT JOIN breaches ON breaches.ticket_id = facts.id AND facts.kind = 'ticket'
LEFT JOIN channels ON channels.thread_key = facts.thread_key
LEFT JOIN rated ON rated.thread_key = facts.thread_key
LEFT JOIN closers ON closers.thread_key = facts.thread_key
LEFT JOIN base_custom_attributes AS custom ON custom.scope = 'ticket' AND custom.owner_key = facts.thread_key
