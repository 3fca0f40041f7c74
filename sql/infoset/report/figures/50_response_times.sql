-- Response times by month
-- From the begin of a thread to the first reply of an agent, in minutes; bots do not count. Open ones have no end.
WITH first_replies AS (
    SELECT thread_key, min(created_at) AS answered_at
    FROM intercom.base_messages
    WHERE author = 'agent' AND kind = 'reply' AND told_by IS NULL
    GROUP BY thread_key
),

times AS (
    SELECT
        to_char(facts.created_at, '%Y-%m')                                                  AS month,
        (date_part('epoch', first_replies.answered_at) - date_part('epoch', starts.created_at)) / 60 AS first_reply,
        CASE WHEN facts.state = 'closed' THEN (date_part('epoch', facts.closed_at) - date_part('epoch', starts.created_at)) / 60 END AS whole
    FROM intercom.base_thread_facts AS facts
    JOIN intercom.base_thread_starts AS starts ON starts.thread_key = facts.thread_key
    LEFT JOIN first_replies ON first_replies.thread_key = facts.thread_key
    WHERE facts.kind <> 'call'
)

SELECT
    month,
    count(*)                                                                                AS threads,
    count(first_reply)                                                                      AS answered,
    round(median(first_reply), 1)                                                           AS "median minutes to the first reply",
    round(avg(first_reply), 1)                                                              AS "average minutes to the first reply",
    round(median(whole), 1)                                                                 AS "median minutes to the end"
FROM times
GROUP BY month
ORDER BY month
