-- one row per person on a ticket that is brought over, the requester at position 0; key: (ticket_id, contact_key)
-- The requester is the ticket's user. Where that is nobody (gone, merged away, a pseudo-contact), the ticket's own e-mail, else
-- its text of who reported it; a ticket without any of them was asked by its client. People in copy take part.
WITH by_email AS (
    SELECT email, min(contact_key) AS contact_key FROM base_users WHERE contact_key IS NOT NULL AND email IS NOT NULL GROUP BY email
),

asked AS (
    SELECT
        tickets.id AS ticket_id,
        tickets.user_id,
        tickets.client_id,
        CASE WHEN own_email.email IS NULL THEN tickets.user_email END AS user_email,
        CASE WHEN own_reporter.email IS NULL THEN normalize_email(tickets.reported_by) END AS reporter_email,
        coalesce(tickets.user_name, CASE WHEN tickets.reported_by NOT LIKE '%@%' AND lower(tickets.reported_by) <> 'general user' THEN tickets.reported_by END) AS name
    FROM base_tickets AS tickets
    LEFT JOIN base_own_mailboxes AS own_email ON own_email.email = tickets.user_email
    LEFT JOIN base_own_mailboxes AS own_reporter ON own_reporter.email = normalize_email(tickets.reported_by)
    WHERE tickets.fate IN ('conversation', 'merged')
),

requesters AS (
    SELECT
        asked.ticket_id,
        CASE
            WHEN users.contact_key IS NOT NULL THEN users.contact_key
            WHEN coalesce(asked.user_email, asked.reporter_email) IS NOT NULL
                THEN coalesce(by_email.contact_key, 'halo:contact:' || coalesce(asked.user_email, asked.reporter_email))
            WHEN asked.name IS NOT NULL THEN 'halo:person:' || stable_key(lower(asked.name), CAST(asked.client_id AS VARCHAR))
            WHEN clients.company_key IS NOT NULL THEN 'halo:client_person:' || clients.id
            ELSE 'halo:ticket_person:' || asked.ticket_id
        END AS contact_key,
        CASE
            WHEN users.contact_key IS NOT NULL THEN users.name
            WHEN coalesce(asked.user_email, asked.reporter_email) IS NOT NULL OR asked.name IS NOT NULL THEN asked.name
            WHEN clients.company_key IS NOT NULL THEN clients.name || ' (nobody named)'
        END AS name,
        CASE WHEN users.contact_key IS NULL THEN coalesce(asked.user_email, asked.reporter_email) ELSE users.email END AS email,
        clients.company_key,
        0 AS rank
    FROM asked
    LEFT JOIN base_users AS users ON users.id = asked.user_id
    LEFT JOIN by_email ON by_email.email = coalesce(asked.user_email, asked.reporter_email)
    LEFT JOIN base_clients AS clients ON clients.id = asked.client_id
),

copied AS (
    SELECT listed.ticket_id, coalesce(by_email.contact_key, 'halo:contact:' || listed.email) AS contact_key, by_email.contact_key IS NULL AS is_new, listed.email
    FROM (
        SELECT id AS ticket_id, unnest(split_emails(cc)) AS email
        FROM base_tickets
        WHERE fate IN ('conversation', 'merged') AND cc IS NOT NULL
    ) AS listed
    LEFT JOIN by_email ON by_email.email = listed.email
    LEFT JOIN base_own_mailboxes AS own ON own.email = listed.email
    LEFT JOIN (SELECT DISTINCT email FROM base_agents) AS agents ON agents.email = listed.email
    WHERE own.email IS NULL AND agents.email IS NULL
),

everybody AS (
    SELECT ticket_id, contact_key, name, email, company_key, rank FROM requesters
    UNION ALL
    SELECT copied.ticket_id, copied.contact_key, CAST(NULL AS VARCHAR), copied.email, CAST(NULL AS VARCHAR), 1
    FROM copied
),

once AS (
    SELECT *, row_number() OVER (PARTITION BY ticket_id, contact_key ORDER BY rank) AS occurrence
    FROM everybody
)

SELECT
    ticket_id,
    contact_key,
    name,
    email,
    company_key,
    row_number() OVER (PARTITION BY ticket_id ORDER BY rank, contact_key) - 1               AS position
FROM once
WHERE occurrence = 1
