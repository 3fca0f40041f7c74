-- one row per custom field in use, with the attribute it becomes; key: id
-- Two fields with one label would be one attribute: the second and later ones carry their number.
WITH labelled AS (
    SELECT
        fields.id,
        fields.type,
        fields.use = '2'                                                              AS staff_only,
        fields.category                                                               AS categories,
        coalesce(mapped.name, hesk_label(fields.name, base_settings.language), 'Custom field ' || fields.id) AS label,
        hesk_options(fields.type, fields.value)                                       AS options
    FROM hesk.custom_fields AS fields
    CROSS JOIN base_settings
    LEFT JOIN mapping.attributes AS mapped ON mapped.custom_field_id = CAST(fields.id AS VARCHAR)
    WHERE fields.use IN ('1', '2')
),

numbered AS (
    SELECT *, row_number() OVER (PARTITION BY lower(label) ORDER BY id) AS nth
    FROM labelled
)

SELECT
    id,
    'hesk:custom_field:' || id                                                        AS source_key,
    type,
    staff_only,
    categories,
    options,
    label,
    CASE WHEN nth = 1 AND lower(label) NOT LIKE 'hesk %' AND lower(label) <> 'personal data to review' THEN label ELSE label || ' (' || id || ')' END AS attribute
FROM numbered
