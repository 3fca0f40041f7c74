-- one row per person; key: halo:user:<id>, else the e-mail, the name, the client or the ticket by which a person is known
-- Users with one e-mail are one contact: what the first active one of them holds, and the numbers of all.
WITH users AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY contact_key ORDER BY inactive, id) AS nth,
        count(*) OVER (PARTITION BY contact_key) AS in_all
    FROM base_users
    WHERE contact_key IS NOT NULL
),

merged AS (
    SELECT
        contact_key,
        string_agg(CAST(id AS VARCHAR), ' ' ORDER BY inactive, id)                          AS user_ids,
        bool_and(inactive)                                                                  AS inactive,
        bool_or(is_important)                                                               AS is_important,
        bool_or(unsubscribed)                                                               AS unsubscribed,
        bool_or(never_email)                                                                AS never_email,
        min(created_at)                                                                     AS created_at,
        max(last_login_at)                                                                  AS last_login_at,
        first_value(phone ORDER BY inactive, id) FILTER (WHERE phone IS NOT NULL)           AS phone,
        array_to_string(array_sort(array_agg(DISTINCT phones) FILTER (WHERE phones IS NOT NULL)), ', ') AS phones,
        array_to_string(array_sort(array_agg(DISTINCT site) FILTER (WHERE site IS NOT NULL)), ', ') AS sites
    FROM base_users
    WHERE contact_key IS NOT NULL
    GROUP BY contact_key
),

companies AS (
    SELECT contact_key, '[' || string_agg(json_quote(company_key), ',' ORDER BY first_id) || ']' AS company_keys
    FROM (
        SELECT contact_key, company_key, min(id) AS first_id
        FROM base_users
        WHERE contact_key IS NOT NULL AND company_key IS NOT NULL
        GROUP BY contact_key, company_key
    ) AS links
    GROUP BY contact_key
),

-- People who are no users: on tickets and in the From line of e-mails.
seen AS (
    SELECT people.contact_key, people.name, people.email, people.company_key, tickets.created_at, people.ticket_id AS nth
    FROM base_ticket_people AS people
    JOIN base_tickets AS tickets ON tickets.id = people.ticket_id
    UNION ALL
    SELECT author_key, author_name, from_email, CAST(NULL AS VARCHAR), created_at, ticket_id
    FROM base_actions
    WHERE author = 'user' AND from_email IS NOT NULL
),

others AS (
    SELECT
        contact_key,
        last_value(name ORDER BY CASE WHEN name IS NULL THEN 0 ELSE 1 END, created_at NULLS FIRST, nth) AS name,
        max(email)                                                                          AS email,
        min(company_key)                                                                    AS company_key,
        min(created_at)                                                                     AS created_at
    FROM seen
    WHERE contact_key NOT LIKE 'halo:user:%'
    GROUP BY contact_key
)

SELECT
    users.contact_key                                                                       AS source_key,
    users.contact_key                                                                       AS external_id,
    'user'                                                                                  AS role,
    users.email,
    merged.phone,
    users.name,
    merged.created_at                                                                       AS signed_up_at,
    merged.last_login_at                                                                    AS last_seen_at,
    CAST(NULL AS VARCHAR)                                                                   AS owner_key,
    CASE WHEN merged.unsubscribed THEN TRUE END                                             AS unsubscribed_from_emails,
    companies.company_keys,
    CAST(NULL AS VARCHAR)                                                                   AS tag_keys,
    merge_json(
        attributes(
            'Halo user IDs', merged.user_ids,
            'Halo inactive', CASE WHEN merged.inactive THEN TRUE END,
            'Halo site', merged.sites,
            'Halo job title', users.title,
            'Halo user department', users.department,
            'Halo phone numbers', merged.phones,
            'Halo other e-mails', nullif(array_to_string(users.other_emails, ', '), ''),
            'Halo e-mail as entered', users.email_as_entered,
            'Halo important contact', CASE WHEN merged.is_important THEN TRUE END,
            'Halo service account', CASE WHEN users.is_service THEN TRUE END,
            'Halo never e-mail', CASE WHEN merged.never_email THEN TRUE END,
            'Halo person without e-mail', CASE WHEN users.email IS NULL THEN TRUE END,
            'Halo user values as entered', CASE WHEN length(custom.as_entered) > 255 THEN left(custom.as_entered, 254) || '…' ELSE custom.as_entered END
        ),
        custom.custom_attributes)                                                           AS custom_attributes
FROM users
JOIN merged ON merged.contact_key = users.contact_key
LEFT JOIN companies ON companies.contact_key = users.contact_key
LEFT JOIN base_custom_attributes AS custom ON custom.scope = 'user' AND custom.owner_key = users.contact_key
WHERE users.nth = 1
UNION ALL
SELECT
    contact_key, contact_key AS external_id, 'user', email, CAST(NULL AS VARCHAR),
    coalesce(name, CASE WHEN email IS NULL THEN 'Unknown contact' END),
    created_at, CAST(NULL AS TIMESTAMP), CAST(NULL AS VARCHAR), CAST(NULL AS BOOLEAN),
    CASE WHEN company_key IS NOT NULL THEN '[' || json_quote(company_key) || ']' END, CAST(NULL AS VARCHAR),
    attributes('Halo person without e-mail', CASE WHEN email IS NULL THEN TRUE END)
FROM others
