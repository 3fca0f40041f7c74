-- one row per employee with the contact that it becomes; key: uuid
-- People with one e-mail are one contact, known by the lowest number; whoever answers tickets is one, too, for they ask as well.
-- Roles are nobody, nor are the desk's own mailboxes and accounts of integrations that no ticket names: contact_key is NULL and rule
-- says why.
WITH addressed AS (
    SELECT
        *,
        TRY_CAST(split_part(uuid, '$', 2) AS BIGINT)                                        AS id,
        normalize_email(email)                                                              AS address
    FROM itsm365.employees
),

judged AS (
    SELECT
        people.*,
        CASE
            WHEN types.become = 'none' THEN 'a role, no person'
            WHEN own.email IS NOT NULL THEN 'an address of the help desk itself'
            WHEN people.for_integration AND asking.uuid IS NULL THEN 'the account of an integration, which no ticket names'
        END AS rule
    FROM addressed AS people
    LEFT JOIN mapping.types AS types ON types.type = people.type
    LEFT JOIN base_own_mailboxes AS own ON own.email = people.address
    LEFT JOIN (SELECT DISTINCT client_employee AS uuid FROM base_tickets) AS asking ON asking.uuid = people.uuid
),

-- The first that is a whole number, with its country.
phones AS (
    SELECT uuid, first_value(phone ORDER BY place) AS phone
    FROM (
        SELECT uuid, place, coalesce(normalize_phone(number), CASE WHEN regexp_like(number, '^[+]') AND regexp_like(digits, '^[1-9][0-9]{7,14}$') THEN '+' || digits END) AS phone
        FROM (
            SELECT uuid, 1 AS place, trim(mobile_phone) AS number, regexp_replace(mobile_phone, '[^0-9]', '', 'g') AS digits FROM itsm365.employees
            UNION ALL
            SELECT uuid, 2, trim(city_phone), regexp_replace(city_phone, '[^0-9]', '', 'g') FROM itsm365.employees
            UNION ALL
            SELECT uuid, 3, trim(home_phone), regexp_replace(home_phone, '[^0-9]', '', 'g') FROM itsm365.employees
        ) AS numbers
    ) AS judged
    WHERE phone IS NOT NULL
    GROUP BY uuid
),

firsts AS (
    SELECT address, first_value(uuid ORDER BY id, uuid) AS uuid FROM judged WHERE rule IS NULL AND address IS NOT NULL GROUP BY address
)

SELECT
    people.uuid,
    people.id,
    CASE WHEN people.rule IS NULL THEN 'itsm365:' || replace(coalesce(firsts.uuid, people.uuid), '$', ':') END AS contact_key,
    people.rule,
    coalesce(nullif(trim(regexp_replace(people.title, '\s+', ' ', 'g')), ''),
        nullif(trim(concat_ws(' ', people.last_name, people.first_name, people.middle_name)), '')) AS name,
    people.address                                                                          AS email,
    CASE WHEN people.address IS NULL THEN nullif(trim(people.email), '') END                AS email_as_entered,
    phones.phone,
    nullif(concat_ws(', ', nullif(trim(people.mobile_phone), ''), nullif(trim(people.city_phone), ''),
        nullif(trim(people.home_phone), ''), nullif(trim(people.internal_phone), '')), '')  AS phones,
    ous.department,
    ous.company_key,
    nullif(trim(people.post), '')                                                           AS position,
    nullif(trim(people.private_code), '')                                                   AS employee_number,
    nullif(trim(people.login), '')                                                          AS login,
    nullif(trim(people.telegram), '')                                                       AS telegram,
    nullif(trim(people.supervisor_name), '')                                                AS supervisor,
    types.title                                                                             AS type_title,
    coalesce(people.is_locked, FALSE)                                                       AS locked,
    coalesce(people.removed, FALSE)                                                         AS removed,
    people.created_at
FROM judged AS people
LEFT JOIN firsts ON firsts.address = people.address
LEFT JOIN phones ON phones.uuid = people.uuid
LEFT JOIN base_ous AS ous ON ous.uuid = people.parent
LEFT JOIN mapping.types AS types ON types.type = people.type
