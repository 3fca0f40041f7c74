-- one row per person: requesters, followers and customers with an account; key: hesk:contact:<lower-cased e-mail>, else the
-- customer's or person's own
-- Hesk keeps a person once per spelling: rows with the same e-mail are one contact, named as on the newest ticket. The desk's
-- own mailbox is one only where a ticket or reply is by it.
WITH seen AS (
    SELECT people.contact_key, people.name, people.email, people.email_as_entered, tickets.created_at, tickets.id AS nth, tickets.anonymised
    FROM base_ticket_people AS people
    JOIN base_tickets AS tickets ON tickets.id = people.ticket_id
    UNION ALL
    SELECT customers.contact_key, customers.name, customers.email, customers.email_as_entered, CAST(NULL AS TIMESTAMP), -1, FALSE
    FROM base_customers AS customers
    WHERE NOT customers.own_mailbox OR customers.writes
),

customer_rows AS (
    SELECT contact_key, count(*) AS row_count, min(id) AS first_id FROM base_customers GROUP BY contact_key
),

doubled AS (
    SELECT customers.contact_key, string_agg(CAST(customers.id AS VARCHAR), ' ' ORDER BY customers.id) AS customer_ids
    FROM base_customers AS customers
    JOIN customer_rows ON customer_rows.contact_key = customers.contact_key AND customer_rows.row_count > 1
    GROUP BY customers.contact_key
)

SELECT
    seen.contact_key                                                               AS source_key,
    seen.contact_key                                                               AS external_id,
    'user'                                                                         AS role,
    max(seen.email)                                                                AS email,
    CAST(NULL AS VARCHAR)                                                          AS phone,
    coalesce(
        last_value(seen.name ORDER BY CASE WHEN seen.name IS NULL THEN 0 ELSE 1 END, seen.created_at NULLS FIRST, seen.nth),
        CASE WHEN bool_or(seen.anonymised) THEN 'Anonymised customer' WHEN max(seen.email) IS NULL THEN 'Unknown customer' END) AS name,
    min(seen.created_at)                                                           AS signed_up_at,
    CAST(NULL AS TIMESTAMP)                                                        AS last_seen_at,
    CAST(NULL AS VARCHAR)                                                          AS owner_key,
    CAST(NULL AS BOOLEAN)                                                          AS unsubscribed_from_emails,
    CAST(NULL AS VARCHAR)                                                          AS company_keys,
    CAST(NULL AS VARCHAR)                                                          AS tag_keys,
    attributes(
        'Hesk customer IDs', max(coalesce(doubled.customer_ids, CAST(customer_rows.first_id AS VARCHAR))),
        'Hesk person without e-mail', CASE WHEN max(seen.email) IS NULL THEN TRUE END,
        'Hesk e-mail as entered', max(seen.email_as_entered),
        'Hesk anonymised', CASE WHEN bool_or(seen.anonymised) AND max(seen.email) IS NULL THEN TRUE END
    )                                                                              AS custom_attributes
FROM seen
LEFT JOIN customer_rows ON customer_rows.contact_key = seen.contact_key
LEFT JOIN doubled ON doubled.contact_key = seen.contact_key
GROUP BY seen.contact_key
