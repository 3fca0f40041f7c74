-- the code of every state has a title and a meaning in mapping/states.csv
-- severity: warn
SELECT 'conversations' AS table_name, 'itsm365:state:' || type || ':' || code AS source_key, 'mapping/states.csv does not know the state "' || code || '" of ' || type AS reason
FROM intercom.base_states
WHERE state IS NULL
