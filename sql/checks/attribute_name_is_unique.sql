-- a name is one attribute of conversations, and one of contacts and companies together
-- severity: error
SELECT 'attributes' AS table_name, source_key, 'another attribute has its name' AS reason
FROM (
    SELECT
        source_key,
        row_number() OVER (
            PARTITION BY CASE WHEN model = 'conversation' THEN model ELSE 'person' END, lower(name)
            ORDER BY source_key
        ) AS nth
    FROM intercom.attributes
) AS numbered
WHERE nth > 1
