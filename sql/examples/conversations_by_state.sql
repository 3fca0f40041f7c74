-- How many conversations are open, snoozed and closed, by the year they began in?
SELECT
    extract(year FROM created_at) AS year,
    count(CASE WHEN state = 'open' THEN 1 END) AS open,
    count(CASE WHEN state = 'snoozed' THEN 1 END) AS snoozed,
    count(CASE WHEN state = 'closed' THEN 1 END) AS closed,
    count(CASE WHEN assignee_key IS NULL THEN 1 END) AS unassigned
FROM intercom.conversations
GROUP BY extract(year FROM created_at)
ORDER BY year
