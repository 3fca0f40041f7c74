-- How many tickets have each status of HaloCRM, and what do they become?
SELECT (custom_attributes ->> 'Halo status') AS status, state, count(*) AS tickets
FROM intercom.conversations
GROUP BY (custom_attributes ->> 'Halo status'), state
ORDER BY tickets DESC, status, state
