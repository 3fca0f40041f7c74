-- How many tickets have each status of Hesk, and what do they become?
SELECT (custom_attributes ->> 'Hesk status') AS status, state, count(*) AS tickets
FROM intercom.conversations
GROUP BY (custom_attributes ->> 'Hesk status'), state
ORDER BY tickets DESC, status, state
