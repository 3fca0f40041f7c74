-- one row per message, note or event of a thread, of whatever channel, not yet in order; key: source_key
-- rank settles what comes first at the same moment: the opening, replies and notes, calls, events. Entries that a message stands for
-- already are no parts of their own: `stands_for` says which message it is.
WITH requesters AS (
    SELECT thread_key, contact_key, name FROM base_thread_people WHERE position = 0
),

by_email AS (
    SELECT email, min(contact_key) AS contact_key FROM base_contacts WHERE contact_key IS NOT NULL AND email IS NOT NULL GROUP BY email
),

openings AS (
    SELECT
        'infoset:message:' || tickets.id                                                    AS source_key,
        tickets.thread_key,
        'contact'                                                                           AS author,
        CASE WHEN texts.author = 'agent' THEN NULL ELSE coalesce(contacts.contact_key, CASE WHEN tickets.fate = 'conversation' THEN requesters.contact_key END) END AS author_key,
        CASE WHEN texts.author = 'agent' THEN texts.agent_name ELSE coalesce(contacts.name, requesters.name) END AS author_name,
        'reply'                                                                             AS kind,
        texts.body,
        tickets.created_at,
        CASE WHEN tickets.fate = 'conversation' THEN 0 ELSE 1 END                           AS rank,
        tickets.id                                                                          AS nth,
        texts.has_text,
        CAST(NULL AS VARCHAR)                                                               AS stands_for
    FROM base_tickets AS tickets
    JOIN base_openings AS texts ON texts.id = tickets.id
    LEFT JOIN base_contacts AS contacts ON contacts.id = tickets.contact_id
    LEFT JOIN requesters ON requesters.thread_key = tickets.thread_key
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
        CASE WHEN logs.kind IN ('chat', 'call') THEN 'event' ELSE logs.kind END             AS kind,
        CASE
            WHEN logs.kind = 'chat' AND rooms.id IS NULL THEN '<p>Infoset: chat ' || coalesce(CAST(logs.room_id AS VARCHAR), '')
                || ' is not there any more</p>' || coalesce(logs.body, '')
            WHEN logs.kind IN ('event', 'chat', 'call') THEN '<p>Infoset: ' || coalesce(regexp_replace(logs.body, '^<p>(.*)</p>$', '\1'), escape_html(logs.type), '') || '</p>'
            ELSE logs.body
        END                                                                                 AS body,
        coalesce(logs.created_at, tickets.created_at)                                       AS created_at,
        CASE WHEN logs.kind IN ('event', 'chat', 'call') THEN 4 ELSE 2 END                  AS rank,
        logs.id                                                                             AS nth,
        TRUE                                                                                AS has_text,
        CASE
            WHEN texts.repeated_by IS NOT NULL THEN 'infoset:message:' || tickets.id
            WHEN logs.kind = 'call' THEN calls.source_key
        END                                                                                 AS stands_for
    FROM base_logs AS logs
    JOIN base_tickets AS tickets ON tickets.id = logs.ticket_id
    LEFT JOIN base_openings AS texts ON texts.repeated_by = logs.source_key
    LEFT JOIN by_email ON by_email.email = logs.from_email
    LEFT JOIN base_own_mailboxes AS own ON own.email = logs.from_email
    LEFT JOIN base_contacts AS contacts ON contacts.id = tickets.contact_id
    LEFT JOIN requesters ON requesters.thread_key = tickets.thread_key
    LEFT JOIN base_rooms AS rooms ON rooms.id = logs.room_id
    LEFT JOIN base_calls AS calls ON calls.id = logs.call_id
),

chats AS (
    SELECT
        messages.source_key,
        messages.thread_key,
        messages.author,
        CASE WHEN messages.author IN ('agent', 'system') THEN messages.agent_key WHEN messages.author = 'contact' THEN coalesce(messages.contact_key, requesters.contact_key) END AS author_key,
        CASE
            WHEN messages.author = 'agent' THEN messages.agent_name
            WHEN messages.author = 'bot' THEN coalesce(messages.author_name, 'Infoset') || ' (bot)'
            WHEN messages.author = 'system' THEN coalesce(messages.agent_name, 'Infoset')
            ELSE coalesce(messages.author_name, requesters.name)
        END                                                                                 AS author_name,
        CASE WHEN messages.author = 'system' THEN 'event' ELSE 'reply' END                  AS kind,
        CASE WHEN messages.author = 'system' THEN '<p>Infoset: ' || coalesce(regexp_replace(messages.body, '^<p>(.*)</p>$', '\1'), '') || '</p>' ELSE messages.body END AS body,
        messages.created_at,
        CASE WHEN messages.author = 'system' THEN 4 ELSE 2 END                              AS rank,
        messages.nth,
        TRUE                                                                                AS has_text,
        CAST(NULL AS VARCHAR)                                                               AS stands_for
    FROM base_room_messages AS messages
    LEFT JOIN requesters ON requesters.thread_key = messages.thread_key
),

-- A call of its own is opened by whoever called.
own_calls AS (
    SELECT
        'infoset:call_opening:' || calls.id                                                 AS source_key,
        calls.thread_key,
        'contact'                                                                           AS author,
        requesters.contact_key                                                              AS author_key,
        requesters.name                                                                     AS author_name,
        'reply'                                                                             AS kind,
        concat_ws(' ', 'Call', calls.direction)                                             AS body,
        calls.started_at                                                                    AS created_at,
        0                                                                                   AS rank,
        calls.id                                                                            AS nth,
        TRUE                                                                                AS has_text,
        CAST(NULL AS VARCHAR)                                                               AS stands_for
    FROM base_calls AS calls
    LEFT JOIN requesters ON requesters.thread_key = calls.thread_key
    WHERE calls.ticket_id IS NULL
),

calls AS (
    SELECT
        source_key,
        thread_key,
        'agent'                                                                             AS author,
        agent_key                                                                           AS author_key,
        coalesce(agent_name, 'Infoset')                                                     AS author_name,
        'note'                                                                              AS kind,
        '<p>Call' || coalesce(', ' || escape_html(direction), '') || '</p><ul>'
            || coalesce('<li>Duration: ' || duration || ' s</li>', '')
            || coalesce('<li>Queue: ' || escape_html(queue) || '</li>', '')
            || coalesce('<li>Disposition: ' || escape_html(disposition) || '</li>', '')
            || coalesce('<li>From: ' || escape_html(from_number) || '</li>', '')
            || coalesce('<li>To: ' || escape_html(to_number) || '</li>', '')
            || CASE WHEN has_recording THEN '<li>Recording: ' || coalesce(escape_html(recording_name), 'could not be had') || '</li>' ELSE '' END
            || '</ul>' || coalesce('<p>' || escape_html(note) || '</p>', '')                AS body,
        started_at                                                                          AS created_at,
        3                                                                                   AS rank,
        id                                                                                  AS nth,
        TRUE                                                                                AS has_text,
        CAST(NULL AS VARCHAR)                                                               AS stands_for
    FROM base_calls
)

SELECT everything.*
FROM (
    SELECT * FROM openings
    UNION ALL SELECT * FROM logs
    UNION ALL SELECT * FROM chats
    UNION ALL SELECT * FROM own_calls
    UNION ALL SELECT * FROM calls
) AS everything
CROSS JOIN base_settings
WHERE everything.kind <> 'event' OR base_settings.history = 'notes'
