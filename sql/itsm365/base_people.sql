-- one row per employee with the contact that it becomes; key: uuid
-- People with one e-mail are one contact, known by the lowest number. Roles are nobody, nor are the desk's own mailboxes, nor
-- employees who answer tickets and never asked for anything: contact_key is NULL and rule says why.
WITH asking AS (
    SELECT client_employee AS uuid FROM base_tickets WHERE client_employee IS NOT NULL AND fate = 'conversation'
    UNION
    SELECT comments.author
    FROM itsm365.ticket_comments AS comments
    JOIN base_tickets AS tickets ON tickets.uuid = comments.ticket AND tickets.client_employee = comments.author AND tickets.fate = 'conversation'
),

addressed AS (
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
            WHEN asking.uuid IS NULL AND agents.uuid IS NOT NULL THEN 'somebody who answers tickets and has asked for nothing'
        END AS rule
    FROM addressed AS people
    LEFT JOIN mapping.types AS types ON types.type = people.type
    LEFT JOIN base_own_mailboxes AS own ON own.email = people.address
    LEFT JOIN base_agents AS agents ON agents.uuid = people.uuid
    LEFT JOIN asking ON asking.uuid = people.uuid
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
