-- Tickets by pipeline, stage and status
-- Stage and status are two things in Infoset: a closed ticket can stand in any stage.
SELECT pipeline, stage, status, priority, count(*) AS tickets
FROM intercom.base_thread_facts
WHERE kind = 'ticket'
GROUP BY pipeline, stage, status, priority
ORDER BY pipeline, stage, status, priority
