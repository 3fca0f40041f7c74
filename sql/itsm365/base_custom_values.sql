-- one row per value of an attribute that the tenant added; key: (scope, owner, code)
-- What a value is tells its shape: an object or a list of them are their titles, a hyperlink its text and address, a day noon UTC,
-- so that it is the same day everywhere. An attribute whose values are of several kinds is text. Times keep the desk's own clock.
WITH rows AS (
    SELECT 'ticket' AS scope, uuid AS owner, fields FROM itsm365.ticket_fields
    UNION ALL
    SELECT 'employee', uuid, fields FROM itsm365.employee_fields
    UNION ALL
    SELECT 'ou', uuid, fields FROM itsm365.ou_fields
    UNION ALL
    SELECT 'ci', uuid, fields FROM itsm365.ci_fields
),

held AS (
    SELECT scope, owner, code, json_get_json(fields, code) AS json
    FROM (SELECT scope, owner, fields, unnest(json_object_keys(fields)) AS code FROM rows) AS members
    WHERE code NOT IN ('UUID', 'title', 'metaClass')
),

filled AS (
    SELECT * FROM held WHERE json NOT IN ('null', '""', '[]', '{}')
),

items AS (
    SELECT scope, owner, code, string_agg(coalesce((json ->> 'title'), trim(BOTH '"' FROM json)), ', ' ORDER BY nth) AS text
    FROM (
        SELECT scope, owner, code, unnest(json_get_array(json)) AS json, unnest(range(0, json_length(json))) AS nth
        FROM filled
        WHERE json LIKE '[%'
    ) AS listed
    GROUP BY scope, owner, code
),

read AS (
    SELECT
        filled.scope,
        filled.owner,
        filled.code,
        filled.json,
        CASE
            WHEN filled.json LIKE '[%' THEN items.text
            WHEN filled.json LIKE '{%' THEN coalesce((filled.json ->> 'title'), nullif(concat_ws(' ', (filled.json ->> 'text'), (filled.json ->> 'url')), ''), filled.json)
            WHEN filled.json LIKE '"%' THEN json_get_str('[' || filled.json || ']', 0)
            ELSE filled.json
        END                                                                                 AS text,
        CASE
            WHEN filled.json IN ('true', 'false') THEN 'boolean'
            WHEN regexp_like(filled.json, '^-?[0-9]{1,15}$') THEN 'integer'
            WHEN regexp_like(filled.json, '^-?[0-9]{1,15}[.][0-9]+$') THEN 'decimal'
            WHEN regexp_like(filled.json, '^"[0-9]{4}[.][0-9]{2}[.][0-9]{2}( 00:00:00([.]0+)?)?"$') THEN 'datetime'
            ELSE 'string'
        END                                                                                 AS kind
    FROM filled
    LEFT JOIN items ON items.scope = filled.scope AND items.owner = filled.owner AND items.code = filled.code
),

kinds AS (
    SELECT
        scope,
        code,
        CASE
            WHEN count(DISTINCT kind) = 1 THEN min(kind)
            WHEN bool_and(kind IN ('integer', 'decimal')) THEN 'decimal'
            ELSE 'string'
        END                                                                                 AS kind
    FROM read
    GROUP BY scope, code
),

named AS (
    SELECT
        kinds.scope,
        kinds.code,
        CASE WHEN mapped.data_type IN ('string', 'none') THEN mapped.data_type ELSE kinds.kind END AS kind,
        coalesce(mapped.name, CASE WHEN kinds.scope IN ('ou', 'ci') THEN 'itsm_company_' ELSE 'itsm_' END || kinds.code)                                      AS attribute
    FROM kinds
    LEFT JOIN mapping.attributes AS mapped ON mapped.attribute = kinds.scope || ':' || kinds.code
)

SELECT
    read.scope,
    read.owner,
    read.code,
    named.attribute,
    named.kind,
    CASE
        WHEN named.kind IN ('boolean', 'integer', 'decimal') THEN read.json
        WHEN named.kind = 'datetime'
            THEN CAST(epoch_seconds(TRY_CAST(replace(substr(read.text, 1, 10), '.', '-') || 'T12:00:00' AS TIMESTAMP)) AS VARCHAR)
        -- Attributes of people and companies hold 255 characters.
        WHEN read.scope <> 'ticket' AND length(read.text) > 255 THEN json_quote(left(read.text, 254) || '…')
        ELSE json_quote(read.text)
    END                                                                                     AS value
FROM read
JOIN named ON named.scope = read.scope AND named.code = read.code
WHERE named.kind <> 'none'
