-- one row per message, note or event of a thread, not yet in order; key: source_key
-- rank settles what comes first at the same moment: the opening, replies and notes, events.
-- A ticket's first action mostly repeats the text that the ticket was opened with: then it is that message (`opens`). A merged
-- ticket's opening is a reply in the ticket that took it, unless its own copy was moved there.
WITH words AS (
    SELECT
        ticket_id,
        id,
        source_key,
        kind,
        merged_from,
        nullif(trim(regexp_replace(regexp_replace(html_to_text(without_mail_header(body)), '\[image[^\]]*\]', '', 'g'), '[\s\x{200b}\x{a0}]+', ' ', 'g')), '') AS text,
        min(id) OVER (PARTITION BY ticket_id) AS first_id
    FROM base_actions
    WHERE kind IN ('reply', 'note')
),

tickets AS (
    SELECT
        *,
        without_mail_header(clean_html(details_html)) AS html,
        nullif(trim(regexp_replace(regexp_replace(html_to_text(without_mail_header(clean_html(details_html))), '\[image[^\]]*\]', '', 'g'), '[\s\x{200b}\x{a0}]+', ' ', 'g')), '') AS text
    FROM base_tickets
    WHERE fate IN ('conversation', 'merged')
),

copies AS (
    SELECT tickets.id AS ticket_id, min(words.source_key) AS action_key
    FROM tickets
    JOIN words ON words.ticket_id = tickets.id AND words.text = tickets.text AND words.id = words.first_id
    GROUP BY tickets.id
),

moved AS (
    SELECT tickets.id AS ticket_id, min(words.source_key) AS action_key
    FROM tickets
    JOIN words ON words.ticket_id = tickets.thread_id AND words.merged_from = tickets.id AND words.text = tickets.text
    WHERE tickets.fate = 'merged'
    GROUP BY tickets.id
),

openings AS (
    SELECT
        'halo:message:' || tickets.id                                                       AS source_key,
        tickets.thread_key                                                                  AS conversation_key,
        CASE WHEN tickets.fate = 'conversation' THEN 'message' ELSE 'comment' END           AS part_type,
        'contact'                                                                           AS author_type,
        requesters.contact_key                                                              AS author_key,
        requesters.name                                                                     AS author_name,
        CASE WHEN tickets.fate = 'conversation' THEN html_to_text(tickets.html) ELSE tickets.html END AS body,
        tickets.created_at,
        CASE WHEN tickets.fate = 'conversation' THEN 0 ELSE 1 END                           AS rank,
        tickets.id                                                                          AS nth,
        copies.action_key                                                                   AS repeated_by,
        coalesce(moved.action_key, CASE WHEN tickets.fate = 'merged' AND tickets.text IS NULL THEN '' END) AS moved_to
    FROM tickets
    LEFT JOIN base_ticket_people AS requesters ON requesters.ticket_id = tickets.id AND requesters.position = 0
    LEFT JOIN copies ON copies.ticket_id = tickets.id
    LEFT JOIN moved ON moved.ticket_id = tickets.id
),

entries AS (
    SELECT
        actions.source_key,
        'halo:ticket:' || actions.thread_id                                                 AS conversation_key,
        CASE WHEN actions.kind = 'reply' THEN 'comment' ELSE 'note' END                     AS part_type,
        CASE WHEN actions.kind = 'reply' AND actions.author = 'user' THEN 'contact' ELSE 'admin' END AS author_type,
        -- A note is a teammate's: of somebody else it has the name only.
        CASE WHEN actions.kind = 'reply' OR actions.author <> 'user' THEN actions.author_key END AS author_key,
        coalesce(actions.author_name, CASE WHEN actions.author = 'system' THEN 'Halo' END)  AS author_name,
        CASE
            WHEN actions.kind = 'event' THEN '<p>Halo: ' || escape_html(concat_ws(', ', actions.outcome,
                CASE WHEN actions.new_status IS NOT NULL THEN 'status ' || actions.new_status END)) || '</p>' || coalesce(actions.body, '')
            ELSE without_mail_header(actions.body)
        END                                                                                 AS body,
        actions.created_at,
        CASE WHEN actions.kind = 'event' THEN 3 ELSE 2 END                                  AS rank,
        actions.id                                                                          AS nth,
        CAST(NULL AS VARCHAR)                                                               AS repeated_by,
        CAST(NULL AS VARCHAR)                                                               AS moved_to
    FROM base_actions AS actions
    CROSS JOIN base_settings
    LEFT JOIN copies ON copies.action_key = actions.source_key
    WHERE copies.action_key IS NULL AND (actions.kind <> 'event' OR base_settings.history = 'notes')
),

approvals AS (
    SELECT
        'halo:approval:' || approvals.ticket_id || ':' || approvals.seq                     AS source_key,
        tickets.thread_key                                                                  AS conversation_key,
        'note'                                                                              AS part_type,
        'admin'                                                                             AS author_type,
        agents.source_key                                                                   AS author_key,
        coalesce(agents.name, nullif(trim(approvals.name), ''), users.name, approvals.emailaddress) AS author_name,
        '<p>Halo: approval' || coalesce(' “' || escape_html(approvals.step_name) || '”', '') || ' by '
            || escape_html(coalesce(nullif(trim(approvals.name), ''), agents.name, users.name, approvals.emailaddress, 'somebody'))
            || ': ' || escape_html(coalesce(results.name, 'result ' || approvals.result, 'no result yet')) || '</p>'
            || coalesce('<p>' || escape_html(nullif(trim(approvals.note), '')) || '</p>', '')
            || coalesce('<p>' || escape_html(nullif(trim(approvals.approver_note), '')) || '</p>', '') AS body,
        coalesce(approvals.dateapproved, approvals.datetime)                                AS created_at,
        3                                                                                   AS rank,
        approvals.seq                                                                       AS nth,
        CAST(NULL AS VARCHAR)                                                               AS repeated_by,
        CAST(NULL AS VARCHAR)                                                               AS moved_to
    FROM halo.ticket_approvals AS approvals
    JOIN base_tickets AS tickets ON tickets.id = approvals.ticket_id AND tickets.fate IN ('conversation', 'merged')
    LEFT JOIN base_agents AS agents ON agents.id = approvals.agent_id
    LEFT JOIN base_users AS users ON users.id = approvals.user_id
    LEFT JOIN mapping.approval_results AS results ON results.result = CAST(approvals.result AS VARCHAR)
)

SELECT * FROM openings
UNION ALL
SELECT * FROM entries
UNION ALL
SELECT * FROM approvals
