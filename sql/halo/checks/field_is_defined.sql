-- every custom field that is held has a definition; values of others are kept as text
-- severity: warn
SELECT 'attributes' AS table_name, 'halo:custom_field:' || field_id AS source_key, 'custom field "' || min(label) || '" (' || field_id || ') was deleted in Halo; ' || count(*) || ' values of it are kept as text' AS reason
FROM intercom.base_custom_values
WHERE NOT is_defined
GROUP BY field_id
