-- one row per ticket type that has attributes of type list; key: ticket_type_id
-- lists: JSON array of the name of such an attribute with its items, for `list_labels`.
SELECT
    ticket_type_id,
    json_list(NULL, '{"name":' || json_quote(name) || ',"items":' || json_get_json(input_options, 'list_options') || '}') AS lists
FROM intercom_live.ticket_type_attributes
WHERE data_type = 'list'
GROUP BY ticket_type_id
