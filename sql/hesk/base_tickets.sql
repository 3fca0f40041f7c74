-- one row per Hesk ticket with its text decoded once and its versions' columns brought together; key: id
-- Hesk up to 3.4 has name and email, from 3.5 u_name and u_email. A text that was not UTF-8 is kept readable in _extra.
-- Dates before 2000-01-02 are Hesk's default for "unknown": then the earliest other date of the ticket is taken, and where
-- there is none Hesk's default, for a ticket without a date would be lost.
-- What Hesk leaves behind of an anonymised person (name, address, IP) ends here.
WITH histories AS (
    SELECT
        ticket_id,
        min(at)                                                            AS first_at,
        max(CASE WHEN event = 'closed' THEN at END)                        AS closed_at,
        max(CASE WHEN event = 'submitted' AND actor_login IS NOT NULL THEN actor_name END) AS submitted_by,
        bool_or(event = 'anonymized')                                      AS anonymised
    FROM base_history
    GROUP BY ticket_id
),

answers AS (
    SELECT
        replyto                                                            AS ticket_id,
        min(CASE WHEN dt >= TIMESTAMP '2000-01-02' THEN dt END)            AS first_at,
        min(CASE WHEN dt >= TIMESTAMP '2000-01-02' AND staffid > 0 THEN dt END) AS first_by_staff_at
    FROM hesk.replies
    GROUP BY replyto
),

-- The anonymised text is a language file's: recognised by the history line, else by its brackets and the blanked address.
judged AS (
    SELECT
        tickets.*,
        coalesce(histories.anonymised, FALSE)
            OR coalesce(tickets.ip, '') = '0.0.0.0' AND coalesce(tickets.subject, '') LIKE '[%]'
                AND (coalesce(tickets.message, '') LIKE '[%]' OR coalesce(tickets.u_email, tickets.email, '') = '')
            OR tickets.subject = '[Subject]' AND tickets.message = '[Message]' AS anonymised,
        decode_entities(trim(coalesce(tickets.u_name, tickets.name,
            (tickets._extra ->> 'u_name'), (tickets._extra ->> 'name'), ''))) AS person,
        histories.first_at                                                 AS history_from,
        histories.closed_at                                                AS history_closed_at,
        histories.submitted_by
    FROM hesk.tickets AS tickets
    LEFT JOIN histories ON histories.ticket_id = tickets.id
)

SELECT
    tickets.id,
    'hesk:ticket:' || tickets.id                                                AS source_key,
    tickets.trackid,
    -- [Customer] in any language is Hesk's word for a person without a name.
    CASE WHEN NOT tickets.anonymised AND tickets.person NOT LIKE '[%]' THEN nullif(tickets.person, '') END AS name,
    CASE WHEN tickets.anonymised THEN '' ELSE decode_entities(coalesce(tickets.u_email, tickets.email, '')) END AS emails,
    tickets.category,
    tickets.priority,
    tickets.status,
    decode_entities(coalesce(tickets.subject, (tickets._extra ->> 'subject')))  AS subject,
    -- Mods for HESK: html = 1 says that the message is HTML whose entities were encoded once more.
    CASE WHEN tickets.html THEN decode_entities(tickets.message)
         ELSE coalesce(nullif(tickets.message_html, ''), tickets.message,
            (tickets._extra ->> 'message_html'), (tickets._extra ->> 'message')) END AS message_html,
    coalesce(
        CASE WHEN tickets.dt >= TIMESTAMP '2000-01-02' THEN tickets.dt END,
        tickets.history_from,
        least(tickets.firstreply, tickets.closedat, answers.first_at),
        tickets.lastchange,
        TIMESTAMP '2000-01-01')                                                 AS created_at,
    tickets.lastchange                                                          AS updated_at,
    -- Hesk also counts an answer that staff typed in for the customer; before 2.6 it keeps no such date.
    coalesce(answers.first_by_staff_at, CASE WHEN tickets.staffreplies > 0 THEN tickets.firstreply END) AS first_reply_at,
    tickets.closedat                                                            AS closed_at,
    tickets.history_closed_at,
    tickets.due_date                                                            AS due_at,
    -- 838:59:59 is where MySQL cuts off: at least that.
    CASE WHEN (tickets._extra ->> 'time_worked') = '838:59:59' THEN 3020399 ELSE tickets.time_worked END AS seconds_worked,
    -- `Unknown` and its translations are no address.
    CASE WHEN NOT tickets.anonymised AND tickets.ip <> '0.0.0.0' AND regexp_like(tickets.ip, '^[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]+$')
        THEN tickets.ip END                                                     AS ip,
    tickets.language,
    tickets.openedby                                                            AS opened_by,
    tickets.submitted_by,
    tickets.closedby                                                            AS closed_by,
    nullif(tickets.owner, 0)                                                    AS owner,
    nullif(tickets.parent, 0)                                                   AS parent,
    tickets.archive                                                             AS tagged,
    tickets.locked,
    coalesce(tickets.staffreplies, 0)                                           AS staff_replies,
    tickets.attachments,
    nullif(trim(replace(tickets.merged, '#', ' ')), '')                         AS merged,
    tickets.anonymised
FROM judged AS tickets
LEFT JOIN answers ON answers.ticket_id = tickets.id
