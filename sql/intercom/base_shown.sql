-- one row per conversation or ticket that has parts; key: thread_key
SELECT thread_key, count(*) AS parts FROM base_messages WHERE position > 0 GROUP BY thread_key
