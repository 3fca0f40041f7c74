-- one row per person on a ticket, the requester at position 0; key: (ticket_id, contact_key)
-- From 3.5 people are in tables of their own. Where a ticket has no requester there, and always before 3.5, the ticket's own
-- name and e-mails are used: the first address is the requester's, the others are followers. Nobody's name is guessed: a
-- person without an e-mail is told apart by name, and an anonymised or nameless one is a person per ticket.
WITH linked AS (
    SELECT
        links.ticket_id,
        customers.contact_key,
        customers.name,
        customers.email,
        customers.email_as_entered,
        CASE WHEN links.customer_type = 'REQUESTER' THEN 0 ELSE 1 END AS rank,
        links.id AS nth
    FROM hesk.ticket_to_customer AS links
    JOIN base_customers AS customers ON customers.id = links.customer_id
),

with_requester AS (
    SELECT DISTINCT ticket_id FROM linked WHERE rank = 0
),

unlinked AS (
    SELECT tickets.*
    FROM base_tickets AS tickets
    LEFT JOIN with_requester ON with_requester.ticket_id = tickets.id
    WHERE with_requester.ticket_id IS NULL
),

addresses AS (
    SELECT id AS ticket_id, name, unnest(split_emails(emails)) AS email, unnest(range(0, CAST(array_length(split_emails(emails)) AS BIGINT))) AS nth
    FROM unlinked
    WHERE NOT anonymised AND array_length(split_emails(emails)) > 0
),

by_address AS (
    SELECT
        ticket_id,
        'hesk:contact:' || email                                                     AS contact_key,
        CASE WHEN nth = 0 THEN nullif(nullif(name, ''), '[Customer]') END            AS name,
        email,
        CAST(NULL AS VARCHAR)                                                        AS email_as_entered,
        CASE WHEN nth = 0 THEN 0 ELSE 1 END                                          AS rank,
        nth
    FROM addresses
),

by_name AS (
    SELECT
        id AS ticket_id,
        CASE
            WHEN anonymised OR coalesce(name, '') IN ('', '[Customer]') THEN 'hesk:ticket_person:' || id
            ELSE 'hesk:person:' || stable_key(lower(name))
        END                                                                          AS contact_key,
        CASE WHEN NOT anonymised THEN nullif(nullif(name, ''), '[Customer]') END     AS name,
        CAST(NULL AS VARCHAR)                                                        AS email,
        CASE WHEN NOT anonymised THEN nullif(trim(emails), '') END                   AS email_as_entered,
        0                                                                            AS rank,
        0                                                                            AS nth
    FROM unlinked
    WHERE anonymised OR coalesce(array_length(split_emails(emails)), 0) = 0
),

everybody AS (
    SELECT ticket_id, contact_key, name, email, email_as_entered, rank, nth FROM linked
    UNION ALL
    SELECT ticket_id, contact_key, name, email, email_as_entered, rank, nth FROM by_address
    UNION ALL
    SELECT ticket_id, contact_key, name, email, email_as_entered, rank, nth FROM by_name
),

-- The same person can be linked twice; the help desk's own mailbox can be a follower but is no customer.
once AS (
    SELECT
        everybody.*,
        row_number() OVER (PARTITION BY ticket_id, contact_key ORDER BY rank, nth) AS occurrence
    FROM everybody
    LEFT JOIN base_own_mailboxes AS own ON own.email = everybody.email
    WHERE own.email IS NULL OR everybody.rank = 0
)

SELECT
    ticket_id,
    contact_key,
    name,
    email,
    email_as_entered,
    row_number() OVER (PARTITION BY ticket_id ORDER BY rank, nth, contact_key) - 1 AS position
FROM once
WHERE occurrence = 1
