-- Which ten conversations waited longest for our first public reply?
WITH first_replies AS (
    SELECT conversation_key, min(created_at) AS replied_at
    FROM intercom.conversation_parts
    WHERE part_type = 'comment' AND author_type = 'admin'
    GROUP BY conversation_key
)

SELECT
    conversations.source_key,
    conversations.title,
    CAST(floor((extract(epoch FROM replied_at) - extract(epoch FROM conversations.created_at)) / 60) AS BIGINT) AS minutes
FROM first_replies
JOIN intercom.conversations AS conversations ON conversations.source_key = first_replies.conversation_key
ORDER BY minutes DESC, conversations.source_key
LIMIT 10
