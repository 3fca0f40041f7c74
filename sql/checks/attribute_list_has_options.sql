-- a list attribute has two options or more
-- severity: error
SELECT 'attributes' AS table_name, source_key, 'a list with fewer than two options' AS reason
FROM intercom.attributes
WHERE data_type = 'list' AND coalesce(json_length(options), 0) < 2
