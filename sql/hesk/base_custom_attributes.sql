-- one row per ticket that has filled custom fields, its values as one JSON object; key: ticket_id
-- A value that its field's type does not allow (a date that is none) is kept as entered under "Hesk values as entered".
-- Sorted after the aggregation: an ordered aggregate takes ten times as long.
WITH fitting AS (
    SELECT ticket_id, '{' || array_to_string(array_sort(array_agg(json_quote(attribute) || ':' || value)), ',') || '}' AS custom_attributes
    FROM base_custom_values
    WHERE value IS NOT NULL
    GROUP BY ticket_id
),

others AS (
    SELECT ticket_id, string_agg(attribute || ': ' || stored, '; ' ORDER BY field_id) AS as_entered
    FROM base_custom_values
    WHERE value IS NULL
    GROUP BY ticket_id
)

SELECT coalesce(fitting.ticket_id, others.ticket_id) AS ticket_id, fitting.custom_attributes, others.as_entered
FROM fitting
FULL JOIN others ON others.ticket_id = fitting.ticket_id
