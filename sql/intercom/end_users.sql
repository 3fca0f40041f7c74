-- one row per person: those that Intercom lists, and those that only threads and merges name; key: source_key
WITH people AS (
    SELECT
        id, external_id, role, email, phone, name, owner_id, unsubscribed_from_emails, language_override, created_at, updated_at, signed_up_at,
        last_seen_at, last_replied_at, last_contacted_at, custom_attributes, location, FALSE AS archived
    FROM intercom_live.contacts
    UNION ALL
    SELECT
        id, external_id, role, email, NULL, name, NULL, NULL, NULL, NULL, NULL, NULL,
        NULL, NULL, NULL, NULL, NULL, TRUE
    FROM base_named_contacts
)

SELECT
    'intercom:contact:' || people.id                                                        AS source_key,
    'intercom'                                                                              AS source,
    nullif(CASE base_settings.user_id_field
        WHEN 'external_id' THEN people.external_id
        WHEN 'id' THEN people.id
        WHEN 'email' THEN people.email
        ELSE json_as_text(people.custom_attributes, base_settings.user_id_field)
    END, '')                                                                                AS external_id,
    people.id                                                                               AS intercom_id,
    people.role,
    nullif(people.email, '')                                                                AS email,
    nullif(people.phone, '')                                                                AS phone,
    nullif(people.name, '')                                                                 AS name,
    companies.first_key                                                                     AS company_key,
    coalesce(companies.company_keys, '[]')                                                  AS company_keys,
    'intercom:admin:' || nullif(nullif(people.owner_id, ''), '0')                           AS owner_key,
    coalesce(tags.names, '[]')                                                              AS tags,
    coalesce(people.custom_attributes, '{}')                                                AS attributes,
    people.unsubscribed_from_emails,
    people.archived OR merges.id IS NOT NULL                                                AS archived,
    'intercom:contact:' || merges.into_id                                                   AS merged_into_key,
    people.location,
    nullif(people.language_override, '')                                                    AS language,
    people.created_at,
    people.signed_up_at,
    people.last_seen_at,
    people.last_replied_at,
    people.last_contacted_at,
    people.updated_at
FROM base_contact_companies AS companies
RIGHT JOIN people ON people.id = companies.contact_id
LEFT JOIN base_tags AS tags ON tags.kind = 'contact' AND tags.id = people.id
LEFT JOIN base_merges AS merges ON merges.id = people.id
CROSS JOIN base_settings
