-- one row per filled custom property with the JSON that its attribute takes; key: (scope, id, key)
-- value is NULL where what is there does not fit the property's type: it is kept as entered. Dates are noon UTC where they are days.
SELECT
    held.scope,
    held.id,
    held.key,
    properties.attribute,
    properties.label,
    properties.kind,
    properties.left_out,
    held.text                                                                               AS as_entered,
    CASE
        WHEN properties.left_out THEN NULL
        WHEN properties.kind = 'boolean' THEN CASE
            WHEN lower(held.text) IN ('true', '1', 'yes', 'evet') THEN 'true'
            WHEN lower(held.text) IN ('false', '0', 'no', 'hayır') THEN 'false' END
        WHEN properties.kind = 'integer' THEN CASE WHEN regexp_like(held.text, '^-?[0-9]{1,15}([.]0+)?$') THEN split_part(held.text, '.', 1) END
        WHEN properties.kind = 'decimal' THEN CASE WHEN regexp_like(held.text, '^-?[0-9]{1,15}([.][0-9]+)?$') THEN held.text END
        WHEN properties.kind = 'datetime' THEN CASE
            WHEN regexp_like(held.text, '^[0-9]{4}-[0-9]{2}-[0-9]{2}(T00:00:00([.]0+)?Z?)?$')
                THEN CAST(epoch_seconds(TRY_CAST(substr(held.text, 1, 10) || 'T12:00:00' AS TIMESTAMP)) AS VARCHAR)
            WHEN regexp_like(held.text, '^[0-9]{4}-[0-9]{2}-[0-9]{2}T')
                THEN CAST(epoch_seconds(TRY_CAST(held.text AS TIMESTAMP)) AS VARCHAR) END
        ELSE json_quote(held.text)
    END                                                                                     AS value
FROM base_property_values AS held
JOIN base_properties AS properties ON properties.scope = held.scope AND properties.key = held.key
WHERE held.text IS NOT NULL
