-- one row per attribute that contacts and conversations use; key: source_key
-- A select or radio field becomes a list with the options it has and the values tickets still hold; with fewer than two
-- there is no list. Several boxes of a checkbox field can be ticked, so it is a text.
WITH held AS (
    SELECT field_id, string_agg(value, ',' ORDER BY value) AS held
    FROM (SELECT DISTINCT field_id, value FROM base_custom_values WHERE type IN ('select', 'radio') AND value IS NOT NULL)
    GROUP BY field_id
),

-- Hesk keeps the categories of a field as ["2","4"].
scopes AS (
    SELECT listed.id AS field_id, string_agg(coalesce(categories.name, listed.category), ', ' ORDER BY listed.category) AS names
    FROM (
        SELECT id, unnest(string_to_array(regexp_replace(categories, '[^0-9,]', '', 'g'), ',')) AS category
        FROM base_custom_fields
        WHERE categories IS NOT NULL
    ) AS listed
    LEFT JOIN base_categories AS categories ON CAST(categories.id AS VARCHAR) = listed.category
    WHERE listed.category <> ''
    GROUP BY listed.id
),

fields AS (
    SELECT
        fields.*,
        scopes.names AS scope,
        CASE WHEN fields.type IN ('select', 'radio')
            THEN json_union(fields.options, '[' || held.held || ']') END AS all_options
    FROM base_custom_fields AS fields
    LEFT JOIN held ON held.field_id = fields.id
    LEFT JOIN scopes ON scopes.field_id = fields.id
),

custom AS (
    SELECT
        source_key,
        'conversation'                                                             AS model,
        attribute                                                                  AS name,
        CASE
            WHEN type IN ('select', 'radio') AND json_length(all_options) >= 2 THEN 'list'
            WHEN type = 'date' THEN 'datetime'
            ELSE 'string'
        END                                                                        AS data_type,
        concat_ws(', ', 'Hesk custom field ' || id || ' (' || type || ')',
            CASE WHEN staff_only THEN 'staff only' END,
            CASE WHEN scope IS NOT NULL THEN 'only in ' || scope END)               AS description,
        CASE WHEN type IN ('select', 'radio') AND json_length(all_options) >= 2 THEN all_options END AS options,
        type IN ('textarea', 'checkbox')                                           AS multiline
    FROM fields
),

built_in AS (
    SELECT column1 AS model, column2 AS name, column3 AS data_type, column4 AS description, column5 AS multiline
    FROM (VALUES
        ('conversation', 'Hesk tracking ID', 'string', 'Tracking ID in Hesk', FALSE),
        ('conversation', 'Hesk ticket number', 'integer', 'Number of the ticket in Hesk', FALSE),
        ('conversation', 'Hesk status', 'string', 'Status in Hesk', FALSE),
        ('conversation', 'Hesk priority', 'string', 'Priority in Hesk', FALSE),
        ('conversation', 'Hesk category', 'string', 'Category in Hesk', FALSE),
        ('conversation', 'Hesk created at', 'datetime', 'When the ticket was opened', FALSE),
        ('conversation', 'Hesk updated at', 'datetime', 'Last change in Hesk', FALSE),
        ('conversation', 'Hesk first reply at', 'datetime', 'First reply by staff', FALSE),
        ('conversation', 'Hesk closed at', 'datetime', 'When it was resolved', FALSE),
        ('conversation', 'Hesk due date', 'string', 'Due date, YYYY-MM-DD', FALSE),
        ('conversation', 'Hesk time worked (seconds)', 'integer', 'Time worked in Hesk', FALSE),
        ('conversation', 'Hesk language', 'string', 'Language of the customer', FALSE),
        ('conversation', 'Hesk opened by', 'string', 'Who opened the ticket', FALSE),
        ('conversation', 'Hesk closed by', 'string', 'Who resolved the ticket', FALSE),
        ('conversation', 'Hesk locked', 'string', 'The customer could not reply any more', FALSE),
        ('conversation', 'Hesk merged tickets', 'string', 'Tracking IDs that were merged into this ticket', TRUE),
        ('conversation', 'Hesk linked tickets', 'string', 'Tracking IDs of linked tickets', TRUE),
        ('conversation', 'Hesk collaborators', 'string', 'Staff that worked along', TRUE),
        ('conversation', 'Hesk ratings', 'string', 'How customers rated the replies', FALSE),
        ('conversation', 'Hesk IP address', 'string', 'IP address of the customer', FALSE),
        ('conversation', 'Hesk values as entered', 'string', 'Values that do not fit their field', TRUE),
        ('conversation', 'Personal data to review', 'string', 'What to look at before go-live', FALSE),
        ('contact', 'Hesk customer IDs', 'string', 'Rows of the customer table that are this person', FALSE),
        ('contact', 'Hesk person without e-mail', 'boolean', 'Placeholder for a person without an e-mail', FALSE),
        ('contact', 'Hesk e-mail as entered', 'string', 'An address that is not one', FALSE),
        ('contact', 'Hesk anonymised', 'boolean', 'Anonymised in Hesk', FALSE)
    ) AS built_in
)

SELECT source_key, model, name, data_type, description, options, multiline FROM custom
UNION ALL
SELECT
    'hesk:attribute:' || model || ':' || name AS source_key,
    model, name, data_type, description, CAST(NULL AS VARCHAR) AS options, multiline
FROM built_in
