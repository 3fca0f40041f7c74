-- Which parts are older than the one before them, or than their conversation?
WITH placed AS (
    SELECT
        conversation_key,
        source_key,
        position,
        created_at,
        lag(created_at) OVER (PARTITION BY conversation_key ORDER BY position) AS before_at
    FROM intercom.conversation_parts
)

SELECT
    placed.conversation_key,
    placed.position,
    placed.source_key,
    placed.created_at < coalesce(placed.before_at, placed.created_at) AS is_before_the_last,
    placed.created_at < conversations.created_at AS is_before_the_conversation
FROM placed
JOIN intercom.conversations AS conversations ON conversations.source_key = placed.conversation_key
WHERE placed.created_at < placed.before_at OR placed.created_at < conversations.created_at
ORDER BY placed.conversation_key, placed.position
