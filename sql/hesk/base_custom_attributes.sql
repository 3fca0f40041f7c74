-- one row per ticket that has filled custom fields, its values as one JSON object; key: ticket_id
-- A value that its field's type does not allow (a date that is none) is kept as entered under "Hesk values as entered".
SELECT
    ticket_id,
    '{' || string_agg(json_quote(attribute) || ':' || value, ',') || '}'                              AS custom_attributes,
    string_agg(CASE WHEN value IS NULL THEN attribute || ': ' || stored END, '; ')                     AS as_entered
FROM base_custom_values
GROUP BY ticket_id
