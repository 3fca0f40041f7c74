-- one row per ticket, what becomes of it and the thread its messages go to; key: id
-- fate: conversation; merged (its messages go to the ticket at the end of the chain). Infoset tells a merge in a sentence of the
-- thread only (mapping/merge_sentences.csv): one that no contact wrote, of a ticket that is closed, that names a ticket which is
-- there. A chain that ends in a circle leaves its tickets as they are.
WITH RECURSIVE told AS (
    SELECT logs.ticket_id AS id, max(TRY_CAST(regexp_match(logs.content, sentences.pattern, 'i')[1] AS BIGINT)) AS into_id
    FROM base_logs AS logs
    CROSS JOIN mapping.merge_sentences AS sentences
    WHERE logs.content LIKE '%#%' AND logs.author <> 'contact' AND regexp_like(logs.content, sentences.pattern, 'i')
    GROUP BY logs.ticket_id
),

links AS (
    SELECT tickets.id, coalesce(tickets.merged_into, told.into_id) AS into_id
    FROM infoset.tickets AS tickets
    LEFT JOIN told ON told.id = tickets.id
    LEFT JOIN mapping.statuses AS statuses ON statuses.status = CAST(tickets.status AS VARCHAR)
    WHERE coalesce(tickets.merged_into, told.into_id) <> tickets.id AND statuses.state = 'closed'
),

merges AS (
    SELECT id, id AS at, into_id AS next, 0 AS depth FROM links
    UNION ALL
    SELECT merges.id, targets.id AS at, coalesce(links.into_id, 0) AS next, merges.depth + 1 AS depth
    FROM merges
    JOIN infoset.tickets AS targets ON targets.id = merges.next
    LEFT JOIN links ON links.id = targets.id
    WHERE merges.depth < 20
),

ends AS (
    SELECT id, max(at) AS thread_id FROM merges WHERE next = 0 AND at <> id GROUP BY id
),

-- A ticket's own channel, else that of what is in its thread.
threads AS (
    SELECT
        logs.ticket_id,
        min(logs.created) AS first_at,
        bool_or(logs.email_id IS NOT NULL) AS has_mail,
        bool_or(logs.room_id IS NOT NULL) AS has_chat
    FROM infoset.ticket_logs AS logs
    GROUP BY logs.ticket_id
)

SELECT
    tickets.id,
    'infoset:ticket:' || tickets.id                                                         AS source_key,
    CASE WHEN ends.id IS NOT NULL THEN 'merged' ELSE 'conversation' END                     AS fate,
    coalesce(ends.thread_id, tickets.id)                                                    AS thread_id,
    'infoset:ticket:' || coalesce(ends.thread_id, tickets.id)                               AS thread_key,
    coalesce(nullif(trim(regexp_replace(tickets.subject, '\s+', ' ', 'g')), ''), 'Ticket ' || tickets.id) AS title,
    coalesce(statuses.state, 'open')                                                        AS state,
    coalesce(statuses.name, 'Status ' || tickets.status)                                    AS status,
    coalesce(priorities.name, 'Priority ' || tickets.priority)                              AS priority,
    CASE WHEN trim(tickets.source) <> '' THEN coalesce(channels.source, 'other')
        WHEN threads.has_mail THEN 'email' WHEN threads.has_chat THEN 'chat' ELSE 'other' END AS channel_source,
    nullif(trim(tickets.source), '')                                                        AS channel,
    tickets.content,
    tickets.contact_id,
    companies.source_key                                                                    AS company_key,
    teams.source_key                                                                        AS team_key,
    coalesce(teams.name, 'Team ' || nullif(tickets.team_id, 0))                             AS team,
    stages.pipeline,
    stages.stage,
    coalesce(tickets.created, threads.first_at, tickets.updated, TIMESTAMP '2000-01-01')    AS created_at,
    tickets.updated                                                                         AS updated_at,
    coalesce(tickets.closed, tickets.resolved)                                              AS closed_at
FROM infoset.tickets AS tickets
LEFT JOIN ends ON ends.id = tickets.id
LEFT JOIN threads ON threads.ticket_id = tickets.id
LEFT JOIN mapping.statuses AS statuses ON statuses.status = CAST(tickets.status AS VARCHAR)
LEFT JOIN mapping.priorities AS priorities ON priorities.priority = CAST(tickets.priority AS VARCHAR)
LEFT JOIN mapping.channels AS channels ON channels.channel = lower(trim(tickets.source))
LEFT JOIN base_companies AS companies ON companies.id = tickets.company_id
LEFT JOIN base_teams AS teams ON teams.id = tickets.team_id
LEFT JOIN base_stages AS stages ON stages.kind = 'ticket' AND stages.id = tickets.stage_id AND stages.pipeline_id = tickets.pipeline_id
