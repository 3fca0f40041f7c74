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
        customers.own_mailbox,
        CASE WHEN links.customer_type = 'REQUESTER' THEN 0 ELSE 1 END AS rank,
        links.id AS nth
    FROM hesk.ticket_to_customer AS links
    JOIN base_customers AS customers ON customers.id = links.customer_id
    JOIN base_tickets AS tickets ON tickets.id = links.ticket_id
    WHERE NOT tickets.anonymised
),

with_requester AS (
    SELECT DISTINCT ticket_id FROM linked WHERE rank = 0
),

-- Addresses are joined by commas; one that holds a blank is no list but no address either.
unlinked AS (
    SELECT
        tickets.id,
        tickets.name,
        tickets.emails,
        tickets.anonymised,
        CASE WHEN tickets.emails LIKE '%,%' OR tickets.emails LIKE '%;%' THEN split_emails(tickets.emails)
             ELSE split_emails(normalize_email(tickets.emails)) END AS addresses
    FROM base_tickets AS tickets
    LEFT JOIN with_requester ON with_requester.ticket_id = tickets.id
    WHERE with_requester.ticket_id IS NULL
),

addresses AS (
    SELECT id AS ticket_id, name, unnest(addresses) AS email, unnest(range(0, CAST(array_length(addresses) AS BIGINT))) AS nth
    FROM unlinked
    WHERE array_length(addresses) > 0
),

by_address AS (
    SELECT
        addresses.ticket_id,
        CASE WHEN own.email IS NULL THEN 'hesk:contact:' || addresses.email
             ELSE 'hesk:person:' || stable_key(own.email) END                        AS contact_key,
        CASE WHEN addresses.nth = 0 THEN addresses.name END                          AS name,
        CASE WHEN own.email IS NULL THEN addresses.email END                         AS email,
        own.email                                                                    AS email_as_entered,
        own.email IS NOT NULL                                                        AS own_mailbox,
        CASE WHEN addresses.nth = 0 THEN 0 ELSE 1 END                                AS rank,
        addresses.nth
    FROM addresses
    LEFT JOIN base_own_mailboxes AS own ON own.email = addresses.email
),

by_name AS (
    SELECT
        id AS ticket_id,
        CASE WHEN name IS NULL THEN 'hesk:ticket_person:' || id
             ELSE 'hesk:person:' || stable_key(lower(name)) END                      AS contact_key,
        name,
        CAST(NULL AS VARCHAR)                                                        AS email,
        nullif(trim(emails), '')                                                     AS email_as_entered,
        FALSE                                                                        AS own_mailbox,
        0                                                                            AS rank,
        0                                                                            AS nth
    FROM unlinked
    WHERE coalesce(array_length(addresses), 0) = 0
),

everybody AS (
    SELECT ticket_id, contact_key, name, email, email_as_entered, own_mailbox, rank, nth FROM linked
    UNION ALL
    SELECT ticket_id, contact_key, name, email, email_as_entered, own_mailbox, rank, nth FROM by_address
    UNION ALL
    SELECT ticket_id, contact_key, name, email, email_as_entered, own_mailbox, rank, nth FROM by_name
),

-- The same person can be linked twice. The help desk's own mailbox is a follower of every mailed ticket: no person.
once AS (
    SELECT *, row_number() OVER (PARTITION BY ticket_id, contact_key ORDER BY rank, nth) AS occurrence
    FROM everybody
    WHERE NOT own_mailbox OR rank = 0
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
