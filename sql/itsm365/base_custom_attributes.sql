-- one row per object that has filled attributes of the tenant's own, as one JSON object; key: (scope, owner)
SELECT scope, owner, '{' || string_agg(json_quote(attribute) || ':' || value, ',' ORDER BY attribute) || '}' AS custom_attributes
FROM base_custom_values
WHERE value IS NOT NULL
GROUP BY scope, owner
