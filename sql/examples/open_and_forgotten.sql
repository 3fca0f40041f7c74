-- Which conversations are open although nothing was said for a year before the newest message of the desk?
WITH last_parts AS (
    SELECT conversation_key, max(created_at) AS said_at, count(*) AS parts
    FROM intercom.conversation_parts
    GROUP BY conversation_key
),

newest AS (
    SELECT max(said_at) AS newest_at FROM last_parts
)

SELECT conversations.source_key, conversations.title, conversations.assignee_name, last_parts.parts
FROM intercom.conversations AS conversations
JOIN last_parts ON last_parts.conversation_key = conversations.source_key
CROSS JOIN newest
WHERE conversations.state = 'open' AND last_parts.said_at < newest.newest_at - INTERVAL '1 year'
ORDER BY last_parts.said_at, conversations.source_key
