-- How many tickets of each type have each state of ITSM 365, and what do they become?
SELECT (custom_attributes ->> 'itsm_type') AS type, (custom_attributes ->> 'itsm_status') AS status, state, count(*) AS tickets
FROM intercom.conversations
GROUP BY (custom_attributes ->> 'itsm_type'), (custom_attributes ->> 'itsm_status'), state
ORDER BY tickets DESC, type, status, state
