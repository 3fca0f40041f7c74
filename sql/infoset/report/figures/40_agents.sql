-- Agents
-- What each of them has, wrote, and how it was rated; those who are gone by the name that is left of them.
WITH owned AS (
    SELECT user_id, count(*) AS owned
    FROM intercom.base_owners
    WHERE kind IN ('ticket', 'room') AND position = 1
    GROUP BY user_id
),

wrote AS (
    SELECT user_id, count(*) AS replies, count(DISTINCT thread_key) AS threads
    FROM (
        SELECT messages.thread_key, CAST(split_part(messages.author_key, ':', 3) AS BIGINT) AS user_id
        FROM intercom.base_messages AS messages
        WHERE messages.author = 'agent' AND messages.kind = 'reply' AND messages.author_key IS NOT NULL
    ) AS replies
    GROUP BY user_id
),

called AS (
    SELECT user_id, count(*) AS calls, sum(duration) AS seconds FROM infoset.calls WHERE user_id > 0 GROUP BY user_id
),

rated AS (
    SELECT user_id, count(*) AS ratings, round(avg(score), 2) AS average FROM infoset.ratings WHERE user_id > 0 GROUP BY user_id
),

ids AS (
    SELECT user_id FROM owned
    UNION SELECT user_id FROM wrote
    UNION SELECT user_id FROM called
    UNION SELECT user_id FROM rated
)

SELECT
    coalesce(agents.name, 'Agent ' || ids.user_id)                                          AS agent,
    coalesce(owned.owned, 0)                                                                AS "has",
    coalesce(wrote.threads, 0)                                                              AS "answered in",
    coalesce(wrote.replies, 0)                                                              AS replies,
    coalesce(called.calls, 0)                                                               AS calls,
    coalesce(called.seconds, 0)                                                             AS "seconds on the phone",
    coalesce(rated.ratings, 0)                                                              AS ratings,
    rated.average                                                                           AS "average rating"
FROM ids
LEFT JOIN intercom.base_agents AS agents ON agents.id = ids.user_id
LEFT JOIN owned ON owned.user_id = ids.user_id
LEFT JOIN wrote ON wrote.user_id = ids.user_id
LEFT JOIN called ON called.user_id = ids.user_id
LEFT JOIN rated ON rated.user_id = ids.user_id
ORDER BY replies DESC, agent
