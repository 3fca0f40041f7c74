-- every attribute value is of a declared attribute, of its type, and one of its options
-- severity: error
WITH holders AS (
    SELECT 'contacts' AS table_name, 'contact' AS model, source_key, custom_attributes
    FROM intercom.contacts
    WHERE custom_attributes IS NOT NULL
    UNION ALL
    SELECT 'companies' AS table_name, 'company' AS model, source_key, custom_attributes
    FROM intercom.companies
    WHERE custom_attributes IS NOT NULL
    UNION ALL
    SELECT 'conversations' AS table_name, 'conversation' AS model, source_key, custom_attributes
    FROM intercom.conversations
    WHERE custom_attributes IS NOT NULL
),

names AS (
    SELECT table_name, model, source_key, custom_attributes, unnest(json_object_keys(custom_attributes)) AS name
    FROM holders
),

held AS (
    SELECT table_name, model, source_key, name, json_get_json(custom_attributes, name) AS json
    FROM names
),

options AS (
    SELECT model, name, unnest(json_get_array(options)) AS option
    FROM intercom.attributes
    WHERE data_type = 'list'
),

-- Values are many times the rows, attributes are few: the left side of a join is the one that is kept in memory.
declared AS (
    SELECT held.table_name, held.model, held.source_key, held.name, held.json, attributes.data_type
    FROM intercom.attributes AS attributes
    RIGHT JOIN held ON attributes.model = held.model AND attributes.name = held.name
    WHERE held.json <> 'null'
),

judged AS (
    SELECT
        held.table_name,
        held.source_key,
        held.name,
        CASE
            WHEN held.data_type IS NULL THEN 'is not declared'
            WHEN held.data_type = 'string' AND held.json NOT LIKE '"%' THEN 'is not a string'
            WHEN held.data_type IN ('integer', 'datetime') AND NOT regexp_like(held.json, '^-?[0-9]+$')
                THEN 'is not a whole number'
            WHEN held.data_type = 'decimal' AND NOT regexp_like(held.json, '^-?[0-9]') THEN 'is not a number'
            WHEN held.data_type = 'boolean' AND held.json NOT IN ('true', 'false') THEN 'is not true or false'
            WHEN held.data_type = 'list' AND options.option IS NULL THEN 'is not one of its options'
        END AS fault
    FROM options
    RIGHT JOIN declared AS held
        ON options.model = held.model AND options.name = held.name AND options.option = held.json
)

SELECT table_name, source_key, min('attribute ' || name || ' ' || fault) AS reason
FROM judged
WHERE fault IS NOT NULL
GROUP BY table_name, source_key
UNION ALL
SELECT table_name, source_key, 'custom_attributes is no JSON object' AS reason
FROM holders
WHERE json_object_keys(custom_attributes) IS NULL
