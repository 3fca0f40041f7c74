-- Who has written nothing in the two years before the newest message of the desk?
WITH last_heard AS (
    SELECT author_key, max(created_at) AS heard_at
    FROM intercom.conversation_parts
    WHERE author_type = 'contact'
    GROUP BY author_key
),

newest AS (
    SELECT max(created_at) AS said_at FROM intercom.conversation_parts
)

SELECT
    contacts.source_key,
    contacts.email,
    extract(year FROM heard_at) AS last_year,
    extract(month FROM heard_at) AS last_month
FROM intercom.contacts AS contacts
LEFT JOIN last_heard ON last_heard.author_key = contacts.source_key
CROSS JOIN newest
WHERE heard_at IS NULL OR heard_at < newest.said_at - INTERVAL '2 years'
ORDER BY heard_at NULLS FIRST, contacts.source_key
