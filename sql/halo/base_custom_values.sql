-- one row per filled custom field with the JSON that its attribute takes; key: (scope, owner_id, field_id, nth)
-- value is NULL where the stored text does not fit the field's type: it is kept as entered. A field without a definition is one
-- that was deleted in Halo: its value is kept as text. Dates are noon UTC, so that they are the same day wherever they are read.
WITH named AS (
    SELECT
        held.scope,
        held.owner_id,
        held.field_id,
        held.nth,
        fields.id IS NOT NULL AS is_defined,
        fields.scope AS field_scope,
        fields.kind,
        fields.attribute,
        coalesce(fields.left_out, FALSE) AS left_out,
        coalesce(nullif(trim(held.label), ''), held.name, 'Field ' || held.field_id) AS label,
        coalesce(fields.type, held.type) AS type,
        held.stored,
        held.display
    FROM base_stored_values AS held
    LEFT JOIN base_custom_fields AS fields ON fields.id = held.field_id
    WHERE NOT coalesce(fields.is_secret, FALSE)
        AND (held.display IS NOT NULL OR held.stored IS NOT NULL)
        -- A selection of number 0 or -1 is no selection, and a date of the 19th century no date.
        AND NOT (coalesce(fields.type, held.type) = 2 AND held.display IS NULL AND held.stored IN ('0', '-1'))
        AND NOT (coalesce(fields.type, held.type) = 4 AND coalesce(held.stored, '') LIKE '1899-%')
        AND NOT (coalesce(fields.type, held.type) = 4 AND coalesce(held.stored, '') LIKE '1900-01-01%')
        AND NOT (coalesce(fields.type, held.type) = 4 AND coalesce(held.stored, '') LIKE '0001-%')
),

-- Numbers of options, where there is no text beside them.
chosen AS (
    SELECT listed.scope, listed.owner_id, listed.field_id, listed.nth, string_agg(options.name, ', ' ORDER BY options.id) AS names
    FROM (
        SELECT scope, owner_id, field_id, nth, unnest(string_to_array(regexp_replace(stored, '[^0-9,]', '', 'g'), ',')) AS option_id
        FROM named
        WHERE type IN (2, 3) AND display IS NULL
    ) AS listed
    JOIN (
        SELECT DISTINCT field_id, id, trim(name) AS name FROM halo.field_values
    ) AS options ON options.field_id = listed.field_id AND CAST(options.id AS VARCHAR) = listed.option_id
    GROUP BY listed.scope, listed.owner_id, listed.field_id, listed.nth
),

-- A table's rows hold custom fields again: each row is a line.
table_rows AS (
    SELECT
        scope, owner_id, field_id,
        unnest(json_get_array(stored)) AS json,
        unnest(range(0, json_length(stored))) AS nth
    FROM named
    WHERE named.nth = 1 AND type = 7 AND stored LIKE '[%'
),

table_cells AS (
    SELECT
        scope, owner_id, field_id, nth,
        unnest(json_get_array(json, 'customfields')) AS json,
        unnest(range(0, json_length(json, 'customfields'))) AS place
    FROM table_rows
),

table_lines AS (
    SELECT
        scope, owner_id, field_id, nth,
        string_agg(coalesce(nullif((json ->> 'label'), ''), (json ->> 'name')) || ': ' || coalesce(nullif((json ->> 'display'), ''), (json ->> 'value')), ', ' ORDER BY place) AS line
    FROM table_cells
    GROUP BY scope, owner_id, field_id, nth
),

tables AS (
    SELECT scope, owner_id, field_id, string_agg(line, chr(10) ORDER BY nth) AS text
    FROM table_lines
    GROUP BY scope, owner_id, field_id
),

texts AS (
    SELECT
        named.*,
        CASE
            WHEN named.type = 10 THEN nullif(html_to_text(coalesce(named.stored, named.display)), '')
            WHEN named.type IN (2, 3) THEN coalesce(named.display, chosen.names, named.stored)
            WHEN named.type = 7 THEN coalesce(named.display, tables.text, named.stored)
            ELSE coalesce(named.stored, named.display)
        END AS text
    FROM named
    LEFT JOIN chosen ON chosen.scope = named.scope AND chosen.owner_id = named.owner_id AND chosen.field_id = named.field_id AND chosen.nth = named.nth
    LEFT JOIN tables ON tables.scope = named.scope AND tables.owner_id = named.owner_id AND tables.field_id = named.field_id AND named.nth = 1
)

SELECT
    scope,
    owner_id,
    field_id,
    nth,
    is_defined,
    field_scope,
    label,
    CASE WHEN is_defined THEN attribute END                                                 AS attribute,
    kind,
    left_out,
    text                                                                                    AS as_entered,
    CASE
        WHEN NOT is_defined OR left_out OR nth > 1 THEN NULL
        WHEN kind = 'boolean' THEN CASE
            WHEN lower(text) IN ('true', '1', 'yes') THEN 'true'
            WHEN lower(text) IN ('false', '0', 'no') THEN 'false' END
        WHEN kind = 'integer' THEN CASE WHEN regexp_like(text, '^-?[0-9]{1,15}([.]0+)?$')
            THEN CAST(TRY_CAST(split_part(text, '.', 1) AS BIGINT) AS VARCHAR) END
        WHEN kind = 'decimal' THEN CASE WHEN regexp_like(text, '^-?[0-9]{1,15}([.][0-9]+)?$') THEN text END
        WHEN kind = 'datetime' THEN CASE WHEN regexp_like(text, '^[0-9]{4}-[0-9]{2}-[0-9]{2}')
            THEN CAST(epoch_seconds(TRY_CAST(substr(text, 1, 10) || 'T12:00:00' AS TIMESTAMP)) AS VARCHAR) END
        ELSE json_quote(text)
    END                                                                                     AS value
FROM texts
WHERE text IS NOT NULL
