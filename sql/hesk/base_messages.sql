-- one row per message, note or history line of a ticket, not yet in order; key: source_key
-- rank settles what comes first at the same second: the opening message, replies, notes, events.
-- A customer's reply is the requester's unless Hesk knows better; up to 3.4 it does not record who of several answered.
-- Who was deleted from the staff has no key but a name.
WITH requesters AS (
    SELECT ticket_id, contact_key, name FROM base_ticket_people WHERE position = 0
),

anonymised AS (
    SELECT id FROM base_tickets WHERE anonymised
),

logins AS (
    SELECT login, min(source_key) AS source_key FROM base_staff GROUP BY login
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
        'hesk:reply:' || replies.id                                                AS source_key,
        replies.replyto                                                            AS ticket_id,
        'comment'                                                                  AS part_type,
        CASE WHEN coalesce(replies.staffid, 0) > 0 THEN 'admin' ELSE 'contact' END AS author_type,
        CASE WHEN coalesce(replies.staffid, 0) > 0 THEN staff.source_key
             ELSE coalesce(customers.contact_key, requesters.contact_key) END      AS author_key,
        CASE WHEN coalesce(replies.staffid, 0) > 0
             THEN coalesce(staff.name, nullif(decode_entities(trim(replies.name)), ''), former.name)
             WHEN customers.id IS NOT NULL THEN customers.name
             ELSE requesters.name END                                              AS author_name,
        clean_html(CASE WHEN replies.html THEN decode_entities(replies.message)
            ELSE coalesce(nullif(replies.message_html, ''), replies.message,
                (replies._extra ->> 'message_html'), (replies._extra ->> 'message')) END) AS body,
        CASE WHEN replies.dt >= TIMESTAMP '2000-01-02' THEN replies.dt END          AS created_at,
        replies.attachments,
        1                                                                          AS rank,
        replies.id                                                                 AS nth
    FROM hesk.replies AS replies
    LEFT JOIN base_staff AS staff ON staff.id = replies.staffid
    LEFT JOIN base_former_staff AS former ON former.id = replies.staffid
    LEFT JOIN anonymised ON anonymised.id = replies.replyto
    LEFT JOIN base_customers AS customers ON customers.id = replies.customer_id AND anonymised.id IS NULL
    LEFT JOIN requesters ON requesters.ticket_id = replies.replyto
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
