-- one row per conversation with the message that opens it; key: thread_key
-- The first that anybody wrote to anybody in it, but for what merged tickets brought; a thread of notes only is opened by its own
-- empty text.
WITH candidates AS (
    SELECT
        thread_key,
        source_key,
        created_at,
        row_number() OVER (
            PARTITION BY thread_key
            ORDER BY CASE WHEN kind = 'reply' AND has_text AND is_own THEN 0 WHEN rank = 0 THEN 1 ELSE 2 END,
                created_at, rank, nth, source_key)                                          AS place
    FROM base_messages
    WHERE told_by IS NULL
)

SELECT thread_key, source_key, created_at
FROM candidates
WHERE place = 1
