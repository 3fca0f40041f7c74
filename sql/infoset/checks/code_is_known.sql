-- mapping/*.csv know every status, priority and kind of property
-- severity: warn
SELECT 'conversations' AS table_name, min('infoset:ticket:' || tickets.id) AS source_key,
    'status ' || tickets.status || ' is not in mapping/statuses.csv and taken to be open; tickets with it: ' || count(*) AS reason
FROM infoset.tickets AS tickets
LEFT JOIN mapping.statuses AS statuses ON statuses.status = CAST(tickets.status AS VARCHAR)
WHERE tickets.status IS NOT NULL AND statuses.status IS NULL
GROUP BY tickets.status
UNION ALL
SELECT 'conversations', min('infoset:ticket:' || tickets.id),
    'priority ' || tickets.priority || ' is not in mapping/priorities.csv; tickets with it: ' || count(*)
FROM infoset.tickets AS tickets
LEFT JOIN mapping.priorities AS priorities ON priorities.priority = CAST(tickets.priority AS VARCHAR)
WHERE tickets.priority IS NOT NULL AND priorities.priority IS NULL
GROUP BY tickets.priority
UNION ALL
SELECT 'attributes', source_key, 'type "' || type || '" of property "' || label || '" is not in mapping/property_types.csv: taken as text'
FROM intercom.base_properties
WHERE is_unknown
