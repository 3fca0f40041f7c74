-- one row per attribute of the custom object type Deal; key: name
-- Types are made by hand: this is what to make. Those of custom properties follow the built-in ones.
WITH built_in AS (
    SELECT column1 AS place, column2 AS name, column3 AS data_type
    FROM (VALUES
        (1, 'Infoset deal ID', 'text'),
        (2, 'Name', 'text'),
        (3, 'Value', 'decimal'),
        (4, 'Currency', 'text'),
        (5, 'Close date', 'date'),
        (6, 'Stage', 'text'),
        (7, 'Pipeline', 'text'),
        (8, 'Status', 'text'),
        (9, 'Owner', 'text'),
        (10, 'Company', 'text')
    ) AS built_in
),

custom AS (
    SELECT
        1000 + coalesce(id, 0) AS place,
        attribute AS name,
        CASE kind WHEN 'datetime' THEN 'date' WHEN 'integer' THEN 'number' WHEN 'string' THEN 'text' WHEN 'list' THEN 'text' ELSE kind END AS data_type
    FROM base_properties
    WHERE scope = 'deal' AND NOT left_out AND is_held
)

SELECT * FROM built_in
UNION ALL
SELECT * FROM custom
