-- one row per contact that threads and merges name and no list has: archived, deleted or merged; key: id
-- What is known of them is what the threads and merges say.
WITH named AS (
    SELECT author_id AS id, author_kind AS role, author_name AS name, author_email AS email, CAST(NULL AS VARCHAR) AS external_id
    FROM base_messages
    WHERE author_kind IN ('user', 'lead', 'contact') AND author_id IS NOT NULL
    UNION ALL
    SELECT id, NULL, NULL, NULL, external_id FROM intercom_live.conversation_contacts
    UNION ALL
    SELECT id, NULL, NULL, NULL, external_id FROM intercom_live.ticket_contacts
    UNION ALL
    SELECT id, role, NULL, NULL, NULL FROM intercom_live.contact_merges
),

people AS (
    SELECT
        id,
        max(nullif(role, 'contact'))                                                        AS role,
        max(name)                                                                           AS name,
        max(email)                                                                          AS email,
        max(nullif(external_id, ''))                                                        AS external_id
    FROM named
    GROUP BY id
)

SELECT people.*
FROM people
WHERE NOT EXISTS (SELECT 1 FROM intercom_live.contacts AS contacts WHERE contacts.id = people.id)
