-- one row per Hesk ticket with its text decoded once and its versions' columns brought together; key: id
-- Hesk up to 3.4 has name and email, from 3.5 u_name and u_email. A text that was not UTF-8 is kept readable in _extra.
-- 2000-01-01 is Hesk's default for a date it does not know: then the earliest other date of the ticket is taken.
WITH histories AS (
    SELECT ticket_id, min(at) AS first_at, bool_or(event = 'anonymized') AS anonymised
    FROM base_history
    GROUP BY ticket_id
),

first_replies AS (
    SELECT replyto AS ticket_id, min(dt) AS first_at
    FROM hesk.replies
    GROUP BY replyto
)

SELECT
    tickets.id,
    'hesk:ticket:' || tickets.id                                                AS source_key,
    tickets.trackid,
    decode_entities(trim(coalesce(tickets.u_name, tickets.name,
        (tickets._extra ->> 'u_name'), (tickets._extra ->> 'name'), '')))       AS name,
    decode_entities(coalesce(tickets.u_email, tickets.email, ''))               AS emails,
    tickets.category,
    tickets.priority,
    tickets.status,
    decode_entities(coalesce(tickets.subject, (tickets._extra ->> 'subject')))  AS subject,
    coalesce(nullif(tickets.message_html, ''), tickets.message,
        (tickets._extra ->> 'message_html'), (tickets._extra ->> 'message'))    AS message_html,
    coalesce(
        nullif(tickets.dt, to_timestamp_micros(946684800000000)),
        histories.first_at,
        least(tickets.firstreply, tickets.closedat, first_replies.first_at),
        tickets.lastchange)                                                     AS created_at,
    tickets.lastchange                                                          AS updated_at,
    tickets.firstreply                                                          AS first_reply_at,
    tickets.closedat                                                            AS closed_at,
    tickets.due_date                                                            AS due_at,
    tickets.time_worked                                                         AS seconds_worked,
    nullif(nullif(nullif(tickets.ip, ''), '0.0.0.0'), 'Unknown')                AS ip,
    tickets.language,
    tickets.openedby                                                            AS opened_by,
    tickets.closedby                                                            AS closed_by,
    nullif(tickets.owner, 0)                                                    AS owner,
    tickets.articles,
    tickets.archive                                                             AS tagged,
    tickets.locked,
    tickets.attachments,
    nullif(trim(replace(tickets.merged, '#', ' ')), '')                         AS merged,
    -- The anonymised text is a language file's: recognised by the history line, else by its brackets and the blank person.
    coalesce(histories.anonymised, FALSE)
        OR coalesce(tickets.ip = '0.0.0.0', FALSE)
            AND coalesce(tickets.u_email, tickets.email, '') = ''
            AND coalesce(tickets.subject, '') LIKE '[%]'                        AS anonymised
FROM hesk.tickets AS tickets
LEFT JOIN histories ON histories.ticket_id = tickets.id
LEFT JOIN first_replies ON first_replies.ticket_id = tickets.id
