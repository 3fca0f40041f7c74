-- one row per message, note or event of a thread, of whatever channel, not yet in order; key: source_key
-- rank settles what comes first at the same moment: the opening, entries of the log, chats, calls, events. What another message stands for
-- already is no part of its own: `told_by` says which message that is.
WITH requesters AS (
    SELECT thread_key, contact_key, name FROM base_thread_people WHERE position = 0
),

by_email AS (
    SELECT email, min(contact_key) AS contact_key FROM base_contacts WHERE contact_key IS NOT NULL AND email IS NOT NULL GROUP BY email
),

call_texts AS (
    SELECT
        *,
        '<p>Call' || coalesce(', ' || escape_html(direction), '') || '</p><ul>'
            || coalesce('<li>Duration: ' || duration || ' s</li>', '')
            || coalesce('<li>Queue: ' || escape_html(queue) || '</li>', '')
            || coalesce('<li>Disposition: ' || escape_html(disposition) || '</li>', '')
            || coalesce('<li>From: ' || escape_html(from_number) || '</li>', '')
            || coalesce('<li>To: ' || escape_html(to_number) || '</li>', '')
            || CASE WHEN has_recording THEN '<li>Recording: ' || CASE WHEN recording_sha256 IS NULL THEN 'could not be had' ELSE 'kept, call ' || id END || '</li>' ELSE '' END
            || '</ul>'                                                                      AS details
    FROM base_calls
),

logs AS (
    SELECT
        logs.source_key,
        tickets.thread_key,
        logs.author,
        CASE
            WHEN logs.author IN ('agent', 'system') THEN logs.agent_key
            WHEN logs.author = 'contact' THEN coalesce(logs.contact_key, by_email.contact_key,
                CASE WHEN own.email IS NULL THEN 'infoset:email:' || logs.from_email END, contacts.contact_key, requesters.contact_key)
        END                                                                                 AS author_key,
        CASE
            WHEN logs.author = 'agent' THEN logs.agent_name
            WHEN logs.author = 'bot' THEN coalesce(logs.user_name, 'Infoset') || ' (bot)'
            WHEN logs.author = 'system' THEN coalesce(logs.agent_name, 'Infoset')
            ELSE coalesce(logs.user_name, requesters.name)
        END                                                                                 AS author_name,
        CASE logs.kind WHEN 'chat' THEN 'event' WHEN 'call' THEN 'note' ELSE logs.kind END  AS kind,
        CASE
            WHEN logs.kind = 'call' THEN coalesce(calls.details, '<p>Infoset: call ' || logs.call_id || ' is not there any more</p>')
                || coalesce(logs.body, text_to_html(calls.note), '')
            WHEN logs.kind = 'chat' AND rooms.id IS NULL THEN '<p>Infoset: chat ' || logs.room_id || ' is not there any more</p>' || coalesce(logs.body, '')
            WHEN logs.kind IN ('event', 'chat') THEN '<p>Infoset: ' || coalesce(regexp_replace(logs.body, '^<p>(.*)</p>$', '\1'), escape_html(logs.type), '') || '</p>'
            ELSE logs.body
        END                                                                                 AS body,
        coalesce(logs.created_at, tickets.created_at)                                       AS created_at,
        CASE WHEN logs.kind IN ('event', 'chat') THEN 5 ELSE 2 END                           AS rank,
        logs.id                                                                             AS nth,
        TRUE                                                                                AS has_text,
        tickets.fate = 'conversation'                                                       AS is_own,
        'infoset:message:' || texts.id                                                      AS told_by
    FROM base_logs AS logs
    JOIN base_tickets AS tickets ON tickets.id = logs.ticket_id
    LEFT JOIN base_openings AS texts ON texts.repeated_by = logs.source_key
    LEFT JOIN by_email ON by_email.email = logs.from_email
    LEFT JOIN base_own_mailboxes AS own ON own.email = logs.from_email
    LEFT JOIN base_contacts AS contacts ON contacts.id = tickets.contact_id
    LEFT JOIN requesters ON requesters.thread_key = tickets.thread_key
    LEFT JOIN base_rooms AS rooms ON rooms.id = logs.room_id
    LEFT JOIN call_texts AS calls ON calls.id = logs.call_id
),

openings AS (
    SELECT
        'infoset:message:' || tickets.id                                                    AS source_key,
        tickets.thread_key,
        coalesce(repeated.author, 'contact')                                                AS author,
        CASE WHEN repeated.source_key IS NOT NULL THEN repeated.author_key
             ELSE coalesce(contacts.contact_key, CASE WHEN tickets.fate = 'conversation' THEN requesters.contact_key END) END AS author_key,
        CASE WHEN repeated.source_key IS NOT NULL THEN repeated.author_name ELSE coalesce(contacts.name, requesters.name) END AS author_name,
        'reply'                                                                             AS kind,
        texts.body,
        tickets.created_at,
        CASE WHEN tickets.fate = 'conversation' THEN 0 ELSE 1 END                           AS rank,
        tickets.id                                                                          AS nth,
        texts.has_text,
        tickets.fate = 'conversation'                                                       AS is_own,
        CAST(NULL AS VARCHAR)                                                               AS told_by
    FROM base_tickets AS tickets
    JOIN base_openings AS texts ON texts.id = tickets.id
    LEFT JOIN logs AS repeated ON repeated.source_key = texts.repeated_by
    LEFT JOIN base_contacts AS contacts ON contacts.id = tickets.contact_id
    LEFT JOIN requesters ON requesters.thread_key = tickets.thread_key
),

chats AS (
    SELECT
        messages.source_key,
        messages.thread_key,
        messages.author,
        CASE WHEN messages.author IN ('agent', 'system') THEN messages.agent_key
             WHEN messages.author = 'contact' THEN coalesce(messages.contact_key, requesters.contact_key) END AS author_key,
        CASE
            WHEN messages.author = 'agent' THEN messages.agent_name
            WHEN messages.author = 'bot' THEN coalesce(messages.author_name, 'Infoset') || ' (bot)'
            WHEN messages.author = 'system' THEN coalesce(messages.agent_name, 'Infoset')
            ELSE coalesce(messages.author_name, requesters.name)
        END                                                                                 AS author_name,
        CASE WHEN messages.author = 'system' THEN 'event' ELSE 'reply' END                  AS kind,
        CASE WHEN messages.author = 'system' THEN '<p>Infoset: ' || coalesce(regexp_replace(messages.body, '^<p>(.*)</p>$', '\1'), '') || '</p>' ELSE messages.body END AS body,
        messages.created_at,
        CASE WHEN messages.author = 'system' THEN 5 ELSE 3 END                              AS rank,
        messages.nth,
        TRUE                                                                                AS has_text,
        coalesce(tickets.fate = 'conversation', TRUE)                                       AS is_own,
        CAST(NULL AS VARCHAR)                                                               AS told_by
    FROM base_room_messages AS messages
    JOIN base_rooms AS rooms ON rooms.id = messages.room_id
    LEFT JOIN base_tickets AS tickets ON tickets.id = rooms.ticket_id
    LEFT JOIN requesters ON requesters.thread_key = messages.thread_key
),

-- What has no text of its own is opened by whoever asked or called.
bare AS (
    SELECT
        'infoset:room_opening:' || rooms.id                                                 AS source_key,
        rooms.thread_key,
        'contact'                                                                           AS author,
        requesters.contact_key                                                              AS author_key,
        requesters.name                                                                     AS author_name,
        'reply'                                                                             AS kind,
        CAST(NULL AS VARCHAR)                                                               AS body,
        rooms.created_at,
        0                                                                                   AS rank,
        rooms.id                                                                            AS nth,
        FALSE                                                                               AS has_text,
        TRUE                                                                                AS is_own,
        CAST(NULL AS VARCHAR)                                                               AS told_by
    FROM base_rooms AS rooms
    LEFT JOIN requesters ON requesters.thread_key = rooms.thread_key
    WHERE rooms.ticket_id IS NULL
    UNION ALL
    SELECT
        'infoset:call_opening:' || calls.id, calls.thread_key, 'contact', requesters.contact_key, requesters.name, 'reply',
        concat_ws(' ', 'Call', calls.direction), calls.started_at, 0, calls.id, TRUE, TRUE, CAST(NULL AS VARCHAR)
    FROM base_calls AS calls
    LEFT JOIN requesters ON requesters.thread_key = calls.thread_key
    WHERE calls.ticket_id IS NULL
),

calls AS (
    SELECT
        calls.source_key,
        calls.thread_key,
        CASE WHEN calls.agent_name IS NULL THEN 'system' ELSE 'agent' END                   AS author,
        calls.agent_key                                                                     AS author_key,
        coalesce(calls.agent_name, 'Infoset')                                               AS author_name,
        'note'                                                                              AS kind,
        calls.details || coalesce('<p>' || text_to_html(calls.note) || '</p>', '')          AS body,
        calls.started_at                                                                    AS created_at,
        4                                                                                   AS rank,
        calls.id                                                                            AS nth,
        TRUE                                                                                AS has_text,
        coalesce(tickets.fate = 'conversation', TRUE)                                       AS is_own,
        named.source_key                                                                    AS told_by
    FROM call_texts AS calls
    LEFT JOIN base_tickets AS tickets ON tickets.id = calls.ticket_id
    LEFT JOIN (
        SELECT call_id, min(source_key) AS source_key FROM base_logs WHERE kind = 'call' GROUP BY call_id
    ) AS named ON named.call_id = calls.id
)

SELECT everything.*
FROM (
    SELECT * FROM openings
    UNION ALL SELECT * FROM logs
    UNION ALL SELECT * FROM chats
    UNION ALL SELECT * FROM bare
    UNION ALL SELECT * FROM calls
) AS everything
CROSS JOIN base_settings
WHERE everything.kind <> 'event' OR base_settings.history = 'notes'
