-- one row per field of an attribute that was made or used, and per option of it; key: (source_key, field, wanted)
-- A type that holds the declared one is as good: a list is kept as text where it has fewer than two options.
WITH live AS (
    SELECT id, model, name, data_type, options FROM intercom_live.data_attributes WHERE NOT coalesce(archived, false)
    UNION ALL
    SELECT id, 'conversation', name, data_type, options
    FROM intercom_live.conversation_attributes
    WHERE NOT coalesce(archived, false) AND (SELECT min(threads_as) FROM intercom_live.stand_in) = 'conversation'
    UNION ALL
    SELECT id, 'conversation', name, data_type, json_get_json(input_options, 'list_options')
    FROM intercom_live.ticket_type_attributes
    WHERE NOT coalesce(archived, false) AND (SELECT min(threads_as) FROM intercom_live.stand_in) = 'ticket'
),

pairs AS (
    SELECT wanted.*, sent.intercom_id, live.name AS found_name, live.data_type AS found_type, live.options AS found_options
    FROM ledger.rows AS sent
    JOIN intercom.attributes AS wanted ON wanted.source_key = sent.source_key
    JOIN live ON live.id = sent.intercom_id AND live.model = wanted.model
    WHERE sent.table_name = 'attributes' AND sent.state = 'done'
),

fields AS (
    SELECT source_key, intercom_id, unnest([
        named_struct('field', 'name', 'wanted', name, 'found', found_name),
        named_struct('field', 'data_type', 'wanted', data_type, 'found', CASE
            WHEN data_type = 'list' AND found_type IN ('list', 'options', 'string') THEN data_type
            WHEN data_type = 'decimal' AND found_type = 'float' THEN data_type
            WHEN data_type = 'datetime' AND found_type = 'date' THEN data_type
            ELSE found_type
        END)
    ]) AS one
    FROM pairs
),

wanted_options AS (
    SELECT source_key, intercom_id, unnest(json_get_array(options)) AS option
    FROM pairs
    WHERE data_type = 'list' AND found_type <> 'string'
),

found_items AS (
    SELECT source_key, unnest(json_get_array(found_options)) AS item
    FROM pairs
    WHERE data_type = 'list'
),

found_options AS (
    SELECT DISTINCT source_key, coalesce(json_get_json(item, 'value'), json_get_json(item, 'label'), item) AS option
    FROM found_items
    WHERE coalesce(json_get_bool(item, 'archived'), false) = false
)

SELECT source_key, intercom_id, one['field'] AS field, one['wanted'] AS wanted, one['found'] AS found
FROM fields
UNION ALL
SELECT wanted_options.source_key, wanted_options.intercom_id, 'options', wanted_options.option, found_options.option
FROM wanted_options
LEFT JOIN found_options ON found_options.source_key = wanted_options.source_key AND found_options.option = wanted_options.option
