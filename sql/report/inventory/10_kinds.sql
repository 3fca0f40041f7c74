-- Overview
SELECT kind, count(*) AS number FROM intercom.inventory GROUP BY kind ORDER BY kind
