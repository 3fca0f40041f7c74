-- Custom fields by scope
-- Share of rows in which each one is filled: a field that is hardly ever filled need not move.
WITH holders AS (
    SELECT 'contact' AS model, custom_attributes FROM intercom.contacts
    UNION ALL
    SELECT 'company' AS model, custom_attributes FROM intercom.companies
    UNION ALL
    SELECT 'conversation' AS model, custom_attributes FROM intercom.conversations
),

totals AS (
    SELECT model, count(*) AS row_count FROM holders GROUP BY model
),

names AS (
    SELECT model, unnest(json_object_keys(custom_attributes)) AS name FROM holders WHERE custom_attributes IS NOT NULL
),

filled AS (
    SELECT model, name, count(*) AS row_count FROM names GROUP BY model, name
)

SELECT
    attributes.model AS section,
    attributes.name AS field,
    attributes.data_type AS type,
    coalesce(filled.row_count, 0) AS filled,
    round(100.0 * coalesce(filled.row_count, 0) / nullif(totals.row_count, 0), 1) AS "filled %",
    attributes.description
FROM intercom.attributes AS attributes
LEFT JOIN filled ON filled.model = attributes.model AND filled.name = attributes.name
LEFT JOIN totals ON totals.model = attributes.model
ORDER BY attributes.model, 4 DESC, attributes.name
