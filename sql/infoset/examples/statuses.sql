-- How many tickets have each status and stage of Infoset, and what do they become?
SELECT status, pipeline, stage, state, count(*) AS tickets
FROM intercom.base_thread_facts
WHERE kind = 'ticket'
GROUP BY status, pipeline, stage, state
ORDER BY tickets DESC, status, pipeline, stage, state
