-- one row per tag that a conversation has; key: hesk:category_tag:<id> or hesk:tagged
SELECT 'hesk:category_tag:' || id AS source_key, name
FROM base_categories
WHERE become IN ('tag', 'both')
UNION ALL
SELECT 'hesk:tagged' AS source_key, 'Tagged in Hesk' AS name
FROM base_tickets
WHERE tagged
GROUP BY 1, 2
