-- one row per contact of Infoset with the contact that it becomes; key: id
-- Contacts with one e-mail are one, known by the lowest id. The desk's own mailboxes are nobody. A whole number with its country is
-- the first that is one.
WITH addressed AS (
    SELECT
        *,
        split_emails(concat_ws(',', email, emails))                                         AS all_emails
    FROM infoset.contacts
),

judged AS (
    SELECT
        contacts.*,
        CASE WHEN array_length(contacts.all_emails) > 0 THEN contacts.all_emails[1] END     AS first_email,
        own.email IS NOT NULL                                                               AS is_own
    FROM addressed AS contacts
    LEFT JOIN base_own_mailboxes AS own ON own.email = contacts.all_emails[1]
),

numbers AS (
    SELECT id, 0 AS place, trim(phone) AS number FROM infoset.contacts
    UNION ALL
    SELECT id, 1, trim(number) FROM (
        SELECT id, unnest(string_to_array(regexp_replace(phones, '[\[\]"]', '', 'g'), ',')) AS number FROM infoset.contacts WHERE phones IS NOT NULL
    ) AS listed
),

phones AS (
    SELECT
        id,
        first_value(normalize_phone(number) ORDER BY CASE WHEN normalize_phone(number) IS NULL THEN 1 ELSE 0 END, place, number) AS phone,
        array_to_string(array_sort(array_agg(DISTINCT number)), ', ')                       AS phones
    FROM numbers
    WHERE number <> ''
    GROUP BY id
),

firsts AS (
    SELECT first_email, min(id) AS id FROM judged WHERE NOT is_own AND first_email IS NOT NULL GROUP BY first_email
)

SELECT
    contacts.id,
    CASE WHEN NOT contacts.is_own THEN 'infoset:contact:' || coalesce(firsts.id, contacts.id) END AS contact_key,
    CASE WHEN contacts.is_own THEN 'an address of the help desk itself' END                 AS rule,
    nullif(trim(regexp_replace(coalesce(nullif(trim(contacts.name), ''), concat_ws(' ', trim(contacts.first_name), trim(contacts.last_name))), '\s+', ' ', 'g')), '') AS name,
    contacts.first_email                                                                    AS email,
    CASE WHEN contacts.first_email IS NULL THEN nullif(trim(contacts.email), '') END        AS email_as_entered,
    nullif(array_to_string(array_remove(contacts.all_emails, contacts.first_email), ', '), '') AS other_emails,
    phones.phone,
    phones.phones,
    nullif(trim(contacts.external_id), '')                                                  AS external_id,
    companies.source_key                                                                    AS company_key,
    CASE WHEN companies.id IS NULL THEN nullif(trim(contacts.company_name), '') END         AS company_name,
    nullif(trim(contacts.language), '')                                                     AS language,
    owners.agent_key                                                                        AS owner_key,
    contacts.created                                                                        AS created_at
FROM judged AS contacts
LEFT JOIN firsts ON firsts.first_email = contacts.first_email AND NOT contacts.is_own
LEFT JOIN phones ON phones.id = contacts.id
LEFT JOIN base_companies AS companies ON companies.id = contacts.company_id
LEFT JOIN base_owners AS owners ON owners.kind = 'contact' AND owners.id = contacts.id AND owners.position = 1
