-- one row per thread of which Intercom shows only the latest messages, 500 at most; key: thread_id
-- since: when the oldest message that is shown was written; an older one cannot be seen.
SELECT threads.id AS thread_id, threads.parts_total, shown.row_count AS shown, shown.since
FROM intercom_live.threads AS threads
JOIN (
    SELECT conversation_id AS thread_id, count(*) AS row_count, min(created_at) AS since
    FROM intercom_live.conversation_parts
    GROUP BY conversation_id
    UNION ALL
    SELECT ticket_id, count(*), min(created_at)
    FROM intercom_live.ticket_parts
    GROUP BY ticket_id
) AS shown ON shown.thread_id = threads.id
WHERE threads.parts_total > shown.row_count
