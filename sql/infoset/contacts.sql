-- one row per person; key: infoset:contact:<id>, else the e-mail, phone number or conversation by which a person is known
-- Contacts with one e-mail are one contact: what the first of them holds, and the numbers of all. The customer's own number of a
-- person, which Intercom's Messenger knows them by, is the key in Intercom where only one contact has it.
WITH contacts AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY contact_key ORDER BY id)                            AS nth
    FROM base_contacts
    WHERE contact_key IS NOT NULL
),

merged AS (
    SELECT
        contact_key,
        string_agg(CAST(id AS VARCHAR), ' ' ORDER BY id)                                    AS contact_ids,
        min(created_at)                                                                     AS created_at,
        first_value(name ORDER BY id) FILTER (WHERE name IS NOT NULL)                       AS name,
        first_value(phone ORDER BY id) FILTER (WHERE phone IS NOT NULL)                     AS phone,
        first_value(external_id ORDER BY id) FILTER (WHERE external_id IS NOT NULL)         AS external_id,
        first_value(owner_key ORDER BY id) FILTER (WHERE owner_key IS NOT NULL)             AS owner_key,
        first_value(language ORDER BY id) FILTER (WHERE language IS NOT NULL)               AS language,
        array_to_string(array_sort(array_agg(DISTINCT phones) FILTER (WHERE phones IS NOT NULL)), ', ') AS phones,
        array_to_string(array_sort(array_agg(DISTINCT company_name) FILTER (WHERE company_name IS NOT NULL)), ', ') AS company_names,
        array_to_string(array_sort(array_agg(DISTINCT other_emails) FILTER (WHERE other_emails IS NOT NULL)), ', ') AS other_emails
    FROM base_contacts
    WHERE contact_key IS NOT NULL
    GROUP BY contact_key
),

named_once AS (
    SELECT external_id FROM merged WHERE external_id IS NOT NULL GROUP BY external_id HAVING count(*) = 1
),

companies AS (
    SELECT contact_key, '[' || string_agg(json_quote(company_key), ',' ORDER BY first_id, company_key) || ']' AS company_keys
    FROM (
        SELECT contact_key, company_key, min(id) AS first_id
        FROM base_contacts
        WHERE contact_key IS NOT NULL AND company_key IS NOT NULL
        GROUP BY contact_key, company_key
    ) AS links
    GROUP BY contact_key
),

tags AS (
    SELECT contact_key, '[' || string_agg(json_quote(tag_key), ',' ORDER BY tag_key) || ']' AS tag_keys
    FROM (
        SELECT DISTINCT contacts.contact_key, tags.tag_key
        FROM infoset.contact_tags AS named
        JOIN base_contacts AS contacts ON contacts.id = named.contact_id AND contacts.contact_key IS NOT NULL
        JOIN base_tags AS tags ON tags.tag = named.tag
    ) AS once
    GROUP BY contact_key
),

-- People who are no contacts of Infoset: in threads only.
others AS (
    SELECT
        people.contact_key,
        min(people.name)                                                                    AS name,
        max(people.email)                                                                   AS email,
        max(people.phone)                                                                   AS phone,
        min(threads.created_at)                                                             AS created_at
    FROM base_thread_people AS people
    LEFT JOIN base_thread_starts AS threads ON threads.thread_key = people.thread_key
    WHERE people.contact_key NOT LIKE 'infoset:contact:%'
    GROUP BY people.contact_key
)

SELECT
    contacts.contact_key                                                                    AS source_key,
    coalesce(named_once.external_id, contacts.contact_key)                                  AS external_id,
    'user'                                                                                  AS role,
    contacts.email,
    merged.phone,
    merged.name,
    merged.created_at                                                                       AS signed_up_at,
    CAST(NULL AS TIMESTAMP)                                                                 AS last_seen_at,
    merged.owner_key,
    CAST(NULL AS BOOLEAN)                                                                   AS unsubscribed_from_emails,
    companies.company_keys,
    tags.tag_keys,
    merge_json(
        attributes(
            'Infoset contact IDs', merged.contact_ids,
            'Infoset phone numbers', CASE WHEN length(merged.phones) > 255 THEN left(merged.phones, 254) || '…' ELSE merged.phones END,
            'Infoset other e-mails', CASE WHEN length(merged.other_emails) > 255 THEN left(merged.other_emails, 254) || '…' ELSE merged.other_emails END,
            'Infoset e-mail as entered', contacts.email_as_entered,
            'Infoset company as entered', merged.company_names,
            'Infoset language', merged.language,
            'Infoset person without e-mail', CASE WHEN contacts.email IS NULL THEN TRUE END,
            'Infoset contact values as entered', CASE WHEN length(custom.as_entered) > 255 THEN left(custom.as_entered, 254) || '…' ELSE custom.as_entered END
        ),
        custom.custom_attributes)                                                           AS custom_attributes
FROM contacts
JOIN merged ON merged.contact_key = contacts.contact_key
LEFT JOIN named_once ON named_once.external_id = merged.external_id
LEFT JOIN companies ON companies.contact_key = contacts.contact_key
LEFT JOIN tags ON tags.contact_key = contacts.contact_key
LEFT JOIN base_custom_attributes AS custom ON custom.scope = 'contact' AND custom.owner_key = contacts.contact_key
WHERE contacts.nth = 1
UNION ALL
SELECT
    contact_key, contact_key AS external_id, 'user', email, phone,
    coalesce(name, phone, CASE WHEN email IS NULL THEN 'Unknown contact' END),
    created_at, CAST(NULL AS TIMESTAMP), CAST(NULL AS VARCHAR), CAST(NULL AS BOOLEAN),
    CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR),
    attributes('Infoset person without e-mail', CASE WHEN email IS NULL THEN TRUE END)
FROM others
