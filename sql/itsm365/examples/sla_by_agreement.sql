-- How many tickets of each agreement and priority were solved in time?
SELECT
    (custom_attributes ->> 'itsm_sla_name') AS agreement,
    (custom_attributes ->> 'itsm_priority') AS priority,
    count(CASE WHEN (custom_attributes ->> 'itsm_sla_status') = 'Met' THEN 1 END) AS met,
    count(CASE WHEN (custom_attributes ->> 'itsm_sla_status') = 'Breached' THEN 1 END) AS breached,
    count(CASE WHEN (custom_attributes ->> 'itsm_sla_status') = 'In Progress' THEN 1 END) AS in_progress
FROM intercom.conversations
WHERE (custom_attributes ->> 'itsm_sla_status') IS NOT NULL
GROUP BY (custom_attributes ->> 'itsm_sla_name'), (custom_attributes ->> 'itsm_priority')
ORDER BY agreement, priority
