-- one row per person of Hesk's customers (3.5 and later) that goes further, with the key of its contact; key: id
-- Rows with the same e-mail become one contact; without an e-mail each row is a person of its own. The help desk's own
-- mailbox is a person without an e-mail, so that no contact has the address of the desk.
-- Anonymising a ticket cuts its customer off and leaves the row with name and e-mail: where that has happened, rows that
-- nothing names and that have no account may be such people and end here, unless [privacy] anonymised = "keep".
WITH linked AS (
    SELECT links.customer_id AS id, links.customer_type = 'REQUESTER' AS writes
    FROM hesk.ticket_to_customer AS links
    JOIN base_tickets AS tickets ON tickets.id = links.ticket_id
    WHERE NOT tickets.anonymised
    UNION
    SELECT replies.customer_id AS id, TRUE AS writes
    FROM hesk.replies AS replies
    JOIN base_tickets AS tickets ON tickets.id = replies.replyto
    WHERE replies.customer_id IS NOT NULL AND NOT tickets.anonymised
),

known AS (
    SELECT id, bool_or(writes) AS writes FROM linked GROUP BY id
),

privacy AS (
    SELECT count(*) > 0 AND max(base_settings.anonymised) <> 'keep' AS cuts_off
    FROM base_tickets AS tickets
    CROSS JOIN base_settings
    WHERE tickets.anonymised
),

decoded AS (
    SELECT
        id,
        CASE WHEN trim(name) NOT LIKE '[%]' THEN nullif(decode_entities(trim(name)), '') END AS name,
        nullif(nullif(decode_entities(trim(email)), ''), '0')                  AS entered,
        verified
    FROM hesk.customers
),

-- Several addresses in one row: the first is the person's, as on tickets up to 3.4.
addressed AS (
    SELECT *, CASE WHEN entered LIKE '%,%' OR entered LIKE '%;%' THEN split_emails(entered)[1] ELSE normalize_email(entered) END AS address
    FROM decoded
)

SELECT
    customers.id,
    CASE
        WHEN own.email IS NOT NULL THEN 'hesk:person:' || stable_key(own.email)
        WHEN customers.address IS NOT NULL THEN 'hesk:contact:' || customers.address
        ELSE 'hesk:customer:' || customers.id
    END                                                                        AS contact_key,
    customers.name,
    CASE WHEN own.email IS NULL THEN customers.address END                     AS email,
    CASE WHEN own.email IS NOT NULL OR lower(customers.entered) IS DISTINCT FROM customers.address THEN customers.entered END AS email_as_entered,
    own.email IS NOT NULL                                                      AS own_mailbox,
    coalesce(known.writes, FALSE)                                              AS writes,
    customers.verified
FROM addressed AS customers
CROSS JOIN privacy
LEFT JOIN known ON known.id = customers.id
LEFT JOIN base_own_mailboxes AS own ON own.email = customers.address
WHERE known.id IS NOT NULL OR customers.verified IN (1, 2) OR NOT privacy.cuts_off
