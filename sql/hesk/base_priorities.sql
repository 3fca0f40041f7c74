-- one row per priority; key: id
-- From 3.6 admins add and rename priorities; the label NULL means the built-in name, which comes from mapping/priorities.csv.
WITH custom AS (
    SELECT priorities.id, hesk_label(priorities.name, base_settings.language) AS name
    FROM hesk.custom_priorities AS priorities
    CROSS JOIN base_settings
),

ids AS (
    SELECT id FROM custom
    UNION
    SELECT CAST(priority_id AS BIGINT) AS id FROM mapping.priorities
    UNION
    SELECT DISTINCT priority AS id FROM hesk.tickets WHERE priority IS NOT NULL
)

SELECT ids.id, coalesce(custom.name, mapped.name, 'Priority ' || ids.id) AS name
FROM ids
LEFT JOIN custom ON custom.id = ids.id
LEFT JOIN mapping.priorities AS mapped ON CAST(mapped.priority_id AS BIGINT) = ids.id
