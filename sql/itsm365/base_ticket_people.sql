-- one row per person on a conversation, the requester at position 0; key: (ticket, contact_key)
-- The requester is the ticket's employee; where there is none, the address, else the name and telephone number that the ticket has as text
-- (strangers); else somebody unnamed of the company or department that asked, else of the ticket. Subscribers take part.
WITH by_email AS (
    SELECT email, min(contact_key) AS contact_key FROM base_people WHERE contact_key IS NOT NULL AND email IS NOT NULL GROUP BY email
),

requesters AS (
    SELECT
        tickets.uuid AS ticket,
        CASE
            WHEN people.contact_key IS NOT NULL THEN people.contact_key
            WHEN tickets.client_email IS NOT NULL AND own.email IS NULL THEN coalesce(by_email.contact_key, 'itsm365:contact:' || tickets.client_email)
            WHEN coalesce(tickets.client_name, tickets.client_phone) IS NOT NULL
                THEN 'itsm365:person:' || stable_key(lower(tickets.client_name), regexp_replace(tickets.client_phone, '[^0-9]', '', 'g'))
            WHEN ous.uuid IS NOT NULL THEN 'itsm365:person_of:' || replace(ous.uuid, '$', ':')
            ELSE 'itsm365:person_of:' || replace(tickets.uuid, '$', ':')
        END AS contact_key,
        coalesce(people.name, tickets.client_name, tickets.client_phone, ous.name || ' (nobody named)',
            CASE WHEN tickets.client_email IS NULL OR own.email IS NOT NULL THEN 'Unknown contact' END) AS name,
        CASE WHEN people.contact_key IS NOT NULL THEN people.email WHEN own.email IS NULL THEN tickets.client_email END AS email,
        CASE WHEN people.contact_key IS NULL THEN tickets.client_phone END AS phone,
        coalesce(ous.company_key, people.company_key) AS company_key,
        0 AS rank
    FROM base_tickets AS tickets
    LEFT JOIN base_people AS people ON people.uuid = tickets.client_employee
    LEFT JOIN by_email ON by_email.email = tickets.client_email
    LEFT JOIN base_own_mailboxes AS own ON own.email = tickets.client_email
    LEFT JOIN base_ous AS ous ON ous.uuid = tickets.client_ou
    WHERE tickets.fate = 'conversation'
),

subscribers AS (
    SELECT named.ticket, people.contact_key, people.name, people.email
    FROM (
        SELECT ticket, (json ->> 'UUID') AS uuid
        FROM (SELECT uuid AS ticket, unnest(json_get_array(subscribers)) AS json FROM itsm365.tickets WHERE subscribers LIKE '[{%') AS listed
    ) AS named
    JOIN base_tickets AS tickets ON tickets.uuid = named.ticket AND tickets.fate = 'conversation'
    JOIN base_people AS people ON people.uuid = named.uuid AND people.contact_key IS NOT NULL
),

everybody AS (
    SELECT ticket, contact_key, name, email, phone, company_key, rank FROM requesters
    UNION ALL
    SELECT ticket, contact_key, name, email, NULL, NULL, 1 FROM subscribers
),

once AS (
    SELECT *, row_number() OVER (PARTITION BY ticket, contact_key ORDER BY rank) AS occurrence
    FROM everybody
)

SELECT
    ticket,
    contact_key,
    name,
    email,
    phone,
    company_key,
    row_number() OVER (PARTITION BY ticket ORDER BY rank, contact_key) - 1                  AS position
FROM once
WHERE occurrence = 1
