-- one row per user with the contact that it becomes; key: id
-- Users with one e-mail are one contact, named by the lowest id. Pseudo-contacts, the desk's own mailboxes, and records of
-- agents and services that no ticket names are nobody: contact_key is NULL and rule says why.
WITH asking AS (
    SELECT user_id AS id FROM base_tickets WHERE user_id IS NOT NULL AND fate IN ('conversation', 'merged')
    UNION
    SELECT actions.actionby_user_id AS id
    FROM halo.actions AS actions
    JOIN base_tickets AS tickets ON tickets.id = actions.ticket_id AND tickets.fate IN ('conversation', 'merged')
    WHERE actions.actionby_user_id > 0
),

addressed AS (
    SELECT
        *,
        coalesce(normalize_email(emailaddress), normalize_email(email2), normalize_email(email3)) AS email
    FROM halo.users
),

judged AS (
    SELECT
        users.*,
        CASE
            WHEN lower(trim(users.name)) = 'general user' THEN 'the pseudo-contact of a client or site'
            WHEN own.email IS NOT NULL THEN 'an address of the help desk itself'
            WHEN asking.id IS NULL AND users.linked_agent_id > 1 THEN 'an agent''s own user record, which no ticket names'
            WHEN asking.id IS NULL AND users.isserviceaccount THEN 'a service account that no ticket names'
        END AS rule
    FROM addressed AS users
    LEFT JOIN asking ON asking.id = users.id
    LEFT JOIN base_own_mailboxes AS own ON own.email = users.email
),

-- The first that is a whole number, with its country.
phones AS (
    SELECT id, first_value(phone ORDER BY place) AS phone
    FROM (
        SELECT
            id, place,
            coalesce(normalize_phone(number), CASE WHEN regexp_like(number, '^[+]') AND regexp_like(digits, '^[1-9][0-9]{7,14}$') THEN '+' || digits END) AS phone
        FROM (
            SELECT id, 1 AS place, trim(phonenumber_preferred) AS number, regexp_replace(phonenumber_preferred, '[^0-9]', '', 'g') AS digits FROM halo.users
            UNION ALL
            SELECT id, 2, trim(mobilenumber), regexp_replace(mobilenumber, '[^0-9]', '', 'g') FROM halo.users
            UNION ALL
            SELECT id, 3, trim(phonenumber), regexp_replace(phonenumber, '[^0-9]', '', 'g') FROM halo.users
            UNION ALL
            SELECT id, 4, trim(mobilenumber2), regexp_replace(mobilenumber2, '[^0-9]', '', 'g') FROM halo.users
            UNION ALL
            SELECT id, 5, trim(homenumber), regexp_replace(homenumber, '[^0-9]', '', 'g') FROM halo.users
            UNION ALL
            SELECT id, 6, trim(whatsapp_number), regexp_replace(whatsapp_number, '[^0-9]', '', 'g') FROM halo.users
        ) AS numbers
    ) AS judged
    WHERE phone IS NOT NULL
    GROUP BY id
),

firsts AS (
    SELECT email, min(id) AS id FROM judged WHERE rule IS NULL AND email IS NOT NULL GROUP BY email
)

SELECT
    users.id,
    CASE WHEN users.rule IS NULL THEN 'halo:user:' || coalesce(firsts.id, users.id) END     AS contact_key,
    users.rule,
    nullif(trim(regexp_replace(coalesce(nullif(trim(users.name), ''), concat_ws(' ', trim(users.firstname), trim(users.surname))), '\s+', ' ', 'g')), '') AS name,
    users.email,
    CASE WHEN users.email IS NULL THEN nullif(trim(users.emailaddress), '') END             AS email_as_entered,
    array_remove(split_emails(concat_ws(',', users.emailaddress, users.email2, users.email3)), users.email) AS other_emails,
    phones.phone,
    nullif(concat_ws(', ',
        nullif(trim(users.phonenumber), ''), nullif(trim(users.mobilenumber), ''), nullif(trim(users.mobilenumber2), ''),
        nullif(trim(users.homenumber), ''), nullif(trim(users.whatsapp_number), '')), '')   AS phones,
    sites.name                                                                              AS site,
    coalesce(sites.company_key, clients.company_key)                                        AS company_key,
    nullif(trim(users.title), '')                                                           AS title,
    nullif(trim(users.department), '')                                                      AS department,
    nullif(trim(users.notes), '')                                                           AS notes,
    coalesce(users.inactive, FALSE)                                                         AS inactive,
    coalesce(users.isimportantcontact, FALSE)                                               AS is_important,
    coalesce(users.isserviceaccount, FALSE)                                                 AS is_service,
    coalesce(users.neversendmarketingemails, FALSE) OR coalesce(users.neversendemails, FALSE) AS unsubscribed,
    coalesce(users.neversendemails, FALSE)                                                  AS never_email,
    users.datecreated                                                                       AS created_at,
    users.lastlogindate                                                                     AS last_login_at
FROM judged AS users
LEFT JOIN firsts ON firsts.email = users.email
LEFT JOIN phones ON phones.id = users.id
LEFT JOIN base_sites AS sites ON sites.id = users.site_id
LEFT JOIN base_clients AS clients ON clients.id = users.client_id
