-- the number by which Halo says whose a custom field is has a meaning in mapping/scopes.csv
-- severity: warn
SELECT 'attributes' AS table_name, source_key, 'custom field "' || halo_label || '" (' || id || ') is of "' || scope || '", which mapping/scopes.csv does not know' AS reason
FROM intercom.base_custom_fields
WHERE scope LIKE 'usage %'
