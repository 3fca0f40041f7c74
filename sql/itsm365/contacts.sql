-- one row per person; key: itsm365:employee:<number>, else the e-mail, the name or what they asked for
-- People with one e-mail are one contact: what the first of them holds who is not archived, and the numbers of all.
WITH people AS (
    SELECT *, row_number() OVER (PARTITION BY contact_key ORDER BY removed, id) AS nth
    FROM base_people
    WHERE contact_key IS NOT NULL
),

merged AS (
    SELECT
        contact_key,
        string_agg(CAST(id AS VARCHAR), ' ' ORDER BY removed, id)                           AS employee_ids,
        bool_and(removed)                                                                   AS removed,
        bool_and(locked)                                                                    AS locked,
        min(created_at)                                                                     AS created_at,
        first_value(phone ORDER BY removed, id) FILTER (WHERE phone IS NOT NULL)            AS phone,
        array_to_string(array_sort(array_agg(DISTINCT phones) FILTER (WHERE phones IS NOT NULL)), ', ') AS phones
    FROM base_people
    WHERE contact_key IS NOT NULL
    GROUP BY contact_key
),

belongs AS (
    SELECT contact_key, company_key, id AS nth FROM base_people WHERE contact_key IS NOT NULL AND company_key IS NOT NULL
    UNION ALL
    SELECT people.contact_key, companies.company_key, 9000000000 + companies.nth
    FROM base_ci_companies AS companies
    JOIN base_ticket_people AS people ON people.ticket = companies.ticket AND people.position = 0
    UNION ALL
    SELECT contact_key, company_key, 9000000000 FROM base_ticket_people WHERE company_key IS NOT NULL AND contact_key NOT LIKE 'itsm365:employee:%'
),

companies AS (
    SELECT contact_key, '[' || string_agg(json_quote(company_key), ',' ORDER BY nth, company_key) || ']' AS company_keys
    FROM (SELECT contact_key, company_key, min(nth) AS nth FROM belongs GROUP BY contact_key, company_key) AS once
    GROUP BY contact_key
),

others AS (
    SELECT
        people.contact_key,
        last_value(people.name ORDER BY CASE WHEN people.name IS NULL THEN 0 ELSE 1 END, tickets.created_at, people.ticket) AS name,
        max(people.email)                                                                   AS email,
        max(people.phone)                                                                   AS phone,
        min(tickets.created_at)                                                             AS created_at
    FROM base_ticket_people AS people
    JOIN base_tickets AS tickets ON tickets.uuid = people.ticket
    WHERE people.contact_key NOT LIKE 'itsm365:employee:%'
    GROUP BY people.contact_key
)

SELECT
    people.contact_key                                                                      AS source_key,
    people.contact_key                                                                      AS external_id,
    'user'                                                                                  AS role,
    people.email,
    merged.phone,
    coalesce(people.name, CASE WHEN people.email IS NULL THEN 'Unknown contact' END)        AS name,
    merged.created_at                                                                       AS signed_up_at,
    CAST(NULL AS TIMESTAMP)                                                                 AS last_seen_at,
    CAST(NULL AS VARCHAR)                                                                   AS owner_key,
    CAST(NULL AS BOOLEAN)                                                                   AS unsubscribed_from_emails,
    companies.company_keys,
    CAST(NULL AS VARCHAR)                                                                   AS tag_keys,
    merge_json(
        attributes(
            'itsm_employee_ids', merged.employee_ids,
            'itsm_department', people.department,
            'itsm_position', people.position,
            'itsm_employee_number', people.employee_number,
            'itsm_person_type', people.type_title,
            'itsm_login', people.login,
            'itsm_telegram', people.telegram,
            'itsm_supervisor', people.supervisor,
            'itsm_phones', CASE WHEN length(merged.phones) > 255 THEN left(merged.phones, 254) || '…' ELSE merged.phones END,
            'itsm_email_as_entered', people.email_as_entered,
            'itsm_person_without_email', CASE WHEN people.email IS NULL THEN TRUE END,
            'itsm_locked', CASE WHEN merged.locked THEN TRUE END,
            'itsm_archived', CASE WHEN merged.removed THEN TRUE END
        ),
        custom.custom_attributes)                                                           AS custom_attributes
FROM people
JOIN merged ON merged.contact_key = people.contact_key
LEFT JOIN companies ON companies.contact_key = people.contact_key
LEFT JOIN base_custom_attributes AS custom ON custom.scope = 'employee' AND custom.owner = people.uuid
WHERE people.nth = 1
UNION ALL
SELECT
    others.contact_key, others.contact_key AS external_id, 'user', others.email, normalize_phone(others.phone),
    coalesce(others.name, CASE WHEN others.email IS NULL THEN 'Unknown contact' END),
    others.created_at, CAST(NULL AS TIMESTAMP), CAST(NULL AS VARCHAR), CAST(NULL AS BOOLEAN),
    companies.company_keys, CAST(NULL AS VARCHAR),
    attributes('itsm_phones', others.phone, 'itsm_person_without_email', CASE WHEN others.email IS NULL THEN TRUE END)
FROM others
LEFT JOIN companies ON companies.contact_key = others.contact_key
