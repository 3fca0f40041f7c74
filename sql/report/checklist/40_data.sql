-- Rows to look at before the load
-- Rows that a check keeps back, by reason, and rows that are loaded with a warning.
SELECT 'Correct or accept: ' || table_name || ', ' || reason AS task, count(*) || ' of them: SELECT * FROM intercom.rejects' AS detail
FROM intercom.rejects
GROUP BY table_name, reason
UNION ALL
SELECT 'Look at: ' || table_name || ', ' || reason AS task, count(*) || ' of them: SELECT * FROM intercom.warnings' AS detail
FROM intercom.warnings
GROUP BY table_name, reason
