-- one row per person of a conversation, the one who opened it at position 0; key: (thread_key, contact_key)
-- The contact that the ticket, room or call names. Where there is none: who sent the first e-mail, whose number called, whoever the
-- first message is by; else a contact of its own that nobody else is. Everybody who wrote and who was in copy takes part, but for
-- agents and the desk's own mailboxes.
WITH by_email AS (
    SELECT email, min(contact_key) AS contact_key, min(name) AS name FROM base_contacts WHERE contact_key IS NOT NULL AND email IS NOT NULL GROUP BY email
),

by_phone AS (
    SELECT phone, min(contact_key) AS contact_key FROM base_contacts WHERE contact_key IS NOT NULL AND phone IS NOT NULL GROUP BY phone
),

senders AS (
    SELECT ticket_id, first_value(from_email ORDER BY created_at, id) AS email, first_value(user_name ORDER BY created_at, id) AS name
    FROM base_logs
    WHERE author = 'contact' AND from_email IS NOT NULL
    GROUP BY ticket_id
),

writers AS (
    SELECT room_id, first_value(author_name ORDER BY nth) AS name
    FROM base_room_messages
    WHERE author = 'contact'
    GROUP BY room_id
),

openers AS (
    SELECT
        tickets.thread_key,
        coalesce(contacts.contact_key, by_email.contact_key, 'infoset:email:' || CASE WHEN own.email IS NULL THEN senders.email END, 'infoset:ticket_person:' || tickets.id) AS contact_key,
        coalesce(contacts.name, by_email.name, senders.name) AS name,
        CASE WHEN contacts.contact_key IS NULL AND own.email IS NULL THEN senders.email END AS email,
        CAST(NULL AS VARCHAR) AS phone,
        CASE WHEN tickets.fate = 'conversation' THEN 0 ELSE 1 END AS rank
    FROM base_tickets AS tickets
    LEFT JOIN base_contacts AS contacts ON contacts.id = tickets.contact_id AND contacts.contact_key IS NOT NULL
    LEFT JOIN senders ON senders.ticket_id = tickets.id
    LEFT JOIN base_own_mailboxes AS own ON own.email = senders.email
    LEFT JOIN by_email ON by_email.email = senders.email AND own.email IS NULL
    UNION ALL
    SELECT
        rooms.thread_key,
        coalesce(contacts.contact_key, 'infoset:room_person:' || rooms.id),
        coalesce(contacts.name, writers.name),
        CAST(NULL AS VARCHAR),
        CAST(NULL AS VARCHAR),
        0
    FROM base_rooms AS rooms
    LEFT JOIN base_contacts AS contacts ON contacts.id = rooms.contact_id AND contacts.contact_key IS NOT NULL
    LEFT JOIN writers ON writers.room_id = rooms.id
    WHERE rooms.ticket_id IS NULL
    UNION ALL
    SELECT
        calls.thread_key,
        coalesce(contacts.contact_key, by_phone.contact_key, 'infoset:phone:' || numbers.phone, 'infoset:call_person:' || calls.id),
        contacts.name,
        CAST(NULL AS VARCHAR),
        CASE WHEN contacts.contact_key IS NULL AND by_phone.contact_key IS NULL THEN numbers.phone END,
        0
    FROM base_calls AS calls
    LEFT JOIN base_contacts AS contacts ON contacts.id = calls.contact_id AND contacts.contact_key IS NOT NULL
    LEFT JOIN (
        SELECT id, normalize_phone(CASE WHEN direction = 'outbound' THEN to_number ELSE from_number END) AS phone FROM base_calls
    ) AS numbers ON numbers.id = calls.id
    LEFT JOIN by_phone ON by_phone.phone = numbers.phone
    WHERE calls.ticket_id IS NULL
),

-- Who wrote, and who was in copy.
addressed AS (
    SELECT tickets.thread_key, logs.from_email AS email, logs.user_name AS name
    FROM base_logs AS logs
    JOIN base_tickets AS tickets ON tickets.id = logs.ticket_id
    WHERE logs.author = 'contact' AND logs.contact_key IS NULL AND logs.from_email IS NOT NULL
    UNION
    SELECT tickets.thread_key, unnest(split_emails(logs.cc_addresses)), CAST(NULL AS VARCHAR)
    FROM base_logs AS logs
    JOIN base_tickets AS tickets ON tickets.id = logs.ticket_id
    WHERE logs.cc_addresses IS NOT NULL
),

everybody AS (
    SELECT * FROM openers
    UNION ALL
    SELECT tickets.thread_key, logs.contact_key, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), 2
    FROM base_logs AS logs
    JOIN base_tickets AS tickets ON tickets.id = logs.ticket_id
    WHERE logs.author = 'contact' AND logs.contact_key IS NOT NULL
    UNION ALL
    SELECT messages.thread_key, messages.contact_key, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), 2
    FROM base_room_messages AS messages
    WHERE messages.author = 'contact' AND messages.contact_key IS NOT NULL
    UNION ALL
    SELECT
        addressed.thread_key, coalesce(by_email.contact_key, 'infoset:email:' || addressed.email), coalesce(by_email.name, addressed.name),
        CASE WHEN by_email.contact_key IS NULL THEN addressed.email END, CAST(NULL AS VARCHAR), 3
    FROM addressed
    LEFT JOIN by_email ON by_email.email = addressed.email
    LEFT JOIN base_own_mailboxes AS own ON own.email = addressed.email
    LEFT JOIN (SELECT DISTINCT email FROM base_agents) AS agents ON agents.email = addressed.email
    WHERE own.email IS NULL AND agents.email IS NULL
),

once AS (
    SELECT *, row_number() OVER (PARTITION BY thread_key, contact_key ORDER BY rank, name NULLS LAST) AS occurrence
    FROM everybody
)

SELECT
    thread_key,
    contact_key,
    name,
    email,
    phone,
    row_number() OVER (PARTITION BY thread_key ORDER BY rank, contact_key) - 1              AS position
FROM once
WHERE occurrence = 1
