-- What has to be rebuilt by hand, by kind?
SELECT kind, count(*) AS things, min(name) AS example, min(recommendation) AS recommendation
FROM intercom.inventory
GROUP BY kind
ORDER BY things DESC, kind
