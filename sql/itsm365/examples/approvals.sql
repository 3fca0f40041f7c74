-- Which tickets wait for an approval, and how many were approved or refused?
SELECT (custom_attributes ->> 'itsm_approval_status') AS approval, state, count(*) AS tickets
FROM intercom.conversations
WHERE (custom_attributes ->> 'itsm_approval_status') IS NOT NULL
GROUP BY (custom_attributes ->> 'itsm_approval_status'), state
ORDER BY tickets DESC, approval, state
