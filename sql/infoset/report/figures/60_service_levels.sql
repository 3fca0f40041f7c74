-- Service levels that were missed
-- By policy and target.
SELECT name AS policy, target, count(*) AS missed, count(DISTINCT ticket_id) AS tickets
FROM infoset.sla_breaches
GROUP BY name, target
ORDER BY name, target
