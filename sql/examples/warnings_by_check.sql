-- What do checks warn of, how often, and where is it seen?
SELECT check_name, table_name, count(*) AS warnings, min(source_key) AS example
FROM intercom.warnings
GROUP BY check_name, table_name
ORDER BY warnings DESC, check_name, table_name
