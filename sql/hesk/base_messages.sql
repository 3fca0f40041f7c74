-- one row per message, note or history line of a ticket, not yet in order; key: source_key
-- rank settles what comes first at the same second: the opening message, replies, notes, events.
-- A customer's reply is the requester's unless Hesk knows better; up to 3.4 it does not record who of several answered.
-- Who was deleted from the staff has no key but a name. An export tells only names: where a ticket has answers by staff, one
-- by another name than the requester's is theirs; an address is a follower's.
WITH requesters AS (
    SELECT ticket_id, contact_key, name FROM base_ticket_people WHERE position = 0
),

logins AS (
    SELECT login, min(source_key) AS source_key FROM base_staff GROUP BY login
),

names AS (
    SELECT name, min(id) AS id FROM base_staff GROUP BY name
),

answers AS (
    SELECT
        replies.*,
        decode_entities(trim(replies.name)) AS person,
        tickets.anonymised,
        base_settings.from_export,
        coalesce(replies.staffid, 0) > 0
            OR base_settings.from_export AND tickets.staff_replies > 0 AND trim(replies.name) <> '' AND replies.name NOT LIKE '%@%'
                AND (decode_entities(trim(replies.name)) IS DISTINCT FROM tickets.name)
                AND NOT (tickets.name IS NULL AND replies.name LIKE '[%]') AS by_staff
    FROM hesk.replies AS replies
    JOIN base_tickets AS tickets ON tickets.id = replies.replyto
    CROSS JOIN base_settings
),

openings AS (
    SELECT
        'hesk:message:' || tickets.id                                              AS source_key,
        tickets.id                                                                 AS ticket_id,
        'message'                                                                  AS part_type,
        'contact'                                                                  AS author_type,
        requesters.contact_key                                                     AS author_key,
        requesters.name                                                            AS author_name,
        html_to_text(tickets.message_html)                                         AS body,
        tickets.created_at,
        tickets.attachments,
        0                                                                          AS rank,
        tickets.id                                                                 AS nth
    FROM base_tickets AS tickets
    LEFT JOIN requesters ON requesters.ticket_id = tickets.id
),

replies AS (
    SELECT
        'hesk:reply:' || answers.id                                                AS source_key,
        answers.replyto                                                            AS ticket_id,
        'comment'                                                                  AS part_type,
        CASE WHEN answers.by_staff THEN 'admin' ELSE 'contact' END                 AS author_type,
        CASE WHEN answers.by_staff THEN staff.source_key
             ELSE coalesce(customers.contact_key, followers.contact_key, requesters.contact_key) END AS author_key,
        CASE WHEN answers.by_staff
             THEN coalesce(staff.name, CASE WHEN answers.person NOT LIKE '[%]' THEN nullif(answers.person, '') END, former.name, 'Former staff member')
             WHEN customers.id IS NOT NULL THEN customers.name
             WHEN followers.contact_key IS NOT NULL THEN followers.name
             ELSE requesters.name END                                              AS author_name,
        clean_html(CASE WHEN answers.html THEN decode_entities(answers.message)
            ELSE coalesce(nullif(answers.message_html, ''), answers.message,
                (answers._extra ->> 'message_html'), (answers._extra ->> 'message')) END) AS body,
        CASE WHEN answers.dt >= TIMESTAMP '2000-01-02' THEN answers.dt END          AS created_at,
        answers.attachments,
        1                                                                          AS rank,
        answers.id                                                                 AS nth
    FROM answers
    LEFT JOIN names ON names.name = answers.person AND answers.from_export
    LEFT JOIN base_staff AS staff ON staff.id = coalesce(nullif(answers.staffid, 0), names.id)
    LEFT JOIN base_former_staff AS former ON former.id = answers.staffid
    LEFT JOIN base_customers AS customers ON customers.id = answers.customer_id AND NOT answers.anonymised
    LEFT JOIN base_ticket_people AS followers
        ON followers.ticket_id = answers.replyto AND followers.email = normalize_email(answers.person) AND answers.from_export
    LEFT JOIN requesters ON requesters.ticket_id = answers.replyto
),

notes AS (
    SELECT
        'hesk:note:' || notes.id                                                   AS source_key,
        notes.ticket                                                               AS ticket_id,
        'note'                                                                     AS part_type,
        'admin'                                                                    AS author_type,
        staff.source_key                                                           AS author_key,
        coalesce(staff.name, former.name)                                          AS author_name,
        clean_html(coalesce(notes.message, (notes._extra ->> 'message')))          AS body,
        CASE WHEN notes.dt >= TIMESTAMP '2000-01-02' THEN notes.dt END              AS created_at,
        notes.attachments,
        2                                                                          AS rank,
        notes.id                                                                   AS nth
    FROM hesk.notes AS notes
    LEFT JOIN base_staff AS staff ON staff.id = notes.who
    LEFT JOIN base_former_staff AS former ON former.id = notes.who
),

events AS (
    SELECT
        'hesk:history:' || history.ticket_id || ':' || history.line                AS source_key,
        history.ticket_id,
        'note'                                                                     AS part_type,
        'admin'                                                                    AS author_type,
        logins.source_key                                                          AS author_key,
        CAST(NULL AS VARCHAR)                                                      AS author_name,
        '<p>Hesk: ' || CASE WHEN history.at IS NULL AND history.at_text IS NOT NULL THEN escape_html(history.at_text) || ' | ' ELSE '' END
            || escape_html(history.text) || '</p>'                                 AS body,
        history.not_before                                                         AS created_at,
        CAST(NULL AS VARCHAR)                                                      AS attachments,
        3                                                                          AS rank,
        history.line                                                               AS nth
    FROM base_history AS history
    CROSS JOIN base_settings
    LEFT JOIN logins ON logins.login = history.actor_login
    WHERE base_settings.history = 'notes'
)

SELECT * FROM openings
UNION ALL
SELECT * FROM replies
UNION ALL
SELECT * FROM notes
UNION ALL
SELECT * FROM events
