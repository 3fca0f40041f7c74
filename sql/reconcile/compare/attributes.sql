-- one row per field of an attribute that was made or used, and per option of it; key: (source_key, field, wanted)
-- A type that holds the declared one is as good: a list is kept as text where it has fewer than two options. What an attribute is and
-- how many lines it has is written only where it is made anew, and not to those of contacts and companies how many lines.
WITH live AS (
    SELECT id, model, name, description, data_type, options, CAST(NULL AS VARCHAR) AS multiline, CAST(NULL AS VARCHAR) AS reference, false AS of_tickets
    FROM intercom_live.data_attributes
    WHERE NOT coalesce(archived, false)
    UNION ALL
    SELECT id, 'conversation', name, description, data_type, options, CAST(multiline AS VARCHAR), reference, false
    FROM intercom_live.conversation_attributes
    WHERE NOT coalesce(archived, false) AND (SELECT min(threads_as) FROM intercom_live.stand_in) = 'conversation'
    UNION ALL
    SELECT id, 'conversation', name, description, data_type, json_get_json(input_options, 'list_options'), json_get_json(input_options, 'multiline'), CAST(NULL AS VARCHAR), true
    FROM intercom_live.ticket_type_attributes
    WHERE NOT coalesce(archived, false) AND (SELECT min(threads_as) FROM intercom_live.stand_in) = 'ticket'
),

-- One that is brought back or was there stays as it is.
made AS (
    SELECT DISTINCT source_key, intercom_id
    FROM ledger.entries
    WHERE table_name = 'attributes' AND step = 'create' AND state = 'done' AND method = 'POST'
),

pairs AS (
    SELECT wanted.*, sent.intercom_id, made.source_key IS NOT NULL AS is_made, live.name AS found_name, live.description AS found_description,
        live.data_type AS found_type, live.options AS found_options, live.multiline AS found_multiline, live.reference, live.of_tickets
    FROM ledger.rows AS sent
    JOIN intercom.attributes AS wanted ON wanted.source_key = sent.source_key
    JOIN live ON live.id = sent.intercom_id AND live.model = wanted.model
    LEFT JOIN made ON made.source_key = sent.source_key AND made.intercom_id = sent.intercom_id
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
        END),
        -- An attribute of tickets must have one: its name where there is none.
        named_struct('field', 'description', 'wanted', CASE WHEN is_made THEN coalesce(description, CASE WHEN of_tickets THEN name END) END,
            'found', found_description),
        named_struct('field', 'multiline', 'wanted', CASE WHEN is_made AND data_type = 'string' AND model = 'conversation' THEN CAST(multiline AS VARCHAR) END,
            'found', found_multiline),
        named_struct('field', 'object_type', 'wanted', CASE WHEN data_type = 'relationship' THEN json_get_json(options, 0) END,
            'found', json_get_json(reference, 'object_type_id'))
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
WHERE one['wanted'] IS NOT NULL
UNION ALL
SELECT wanted_options.source_key, wanted_options.intercom_id, 'options', wanted_options.option, found_options.option
FROM wanted_options
LEFT JOIN found_options ON found_options.source_key = wanted_options.source_key AND found_options.option = wanted_options.option
