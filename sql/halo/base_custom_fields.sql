-- one row per custom field with what it becomes; key: id
-- Halo's own definition says whose field it is (`usage`, by mapping/scopes.csv) and so which object's attribute it becomes.
-- Two fields with one label on one object would be one attribute: the second and later ones carry their number. Contacts and
-- companies share their names. mapping/attributes.csv renames a field (`none` leaves it out); a `model` there that is not the
-- field's own stops the transform.
WITH labelled AS (
    SELECT
        fields.id,
        fields.type,
        fields.inputtype,
        fields.usage,
        fields.lookup,
        coalesce(scopes.scope, 'usage ' || fields.usage)                                    AS scope,
        coalesce(fields.isencrypted, FALSE) OR coalesce(fields.inputtype, 0) = 6            AS is_secret,
        coalesce(nullif(trim(fields.label), ''), nullif(trim(fields.name), ''), 'Field ' || fields.id) AS halo_label,
        mapped.name                                                                         AS mapped_name,
        mapped.model                                                                        AS mapped_model,
        fields.name                                                                         AS halo_name,
        fields.mandatory,
        nullif(trim(fields.hint), '')                                                       AS hint
    FROM halo.field_infos AS fields
    LEFT JOIN mapping.scopes AS scopes ON scopes.usage = CAST(fields.usage AS VARCHAR)
    LEFT JOIN mapping.attributes AS mapped ON mapped.field_id = CAST(fields.id AS VARCHAR)
),

placed AS (
    SELECT
        *,
        CASE scope WHEN 'ticket' THEN 'conversation' WHEN 'client' THEN 'company' WHEN 'site' THEN 'company' WHEN 'user' THEN 'contact' END AS model,
        -- Names of contacts' and companies' attributes take letters, digits, blanks, hyphens and signs of currencies only.
        CASE WHEN scope IN ('client', 'site', 'user')
            THEN trim(regexp_replace(regexp_replace(coalesce(mapped_name, halo_label), '[^\p{L}\p{N}\p{Sc} _-]', ' ', 'g'), ' +', ' ', 'g'))
            ELSE coalesce(mapped_name, halo_label) END                                      AS label
    FROM labelled
),

numbered AS (
    SELECT *, row_number() OVER (PARTITION BY CASE WHEN model IN ('contact', 'company') THEN 'person' ELSE scope END, lower(label) ORDER BY id) AS nth
    FROM placed
),

options AS (
    SELECT
        field_id,
        '[' || string_agg(json_quote(name), ',' ORDER BY place, id) || ']' AS options,
        string_agg(name, ', ' ORDER BY place, id) AS option_names
    FROM (
        SELECT field_id, min(id) AS id, min(coalesce(sequence, 0)) AS place, trim(name) AS name
        FROM (
            SELECT field_id, id, sequence, name FROM halo.field_values WHERE trim(name) <> ''
            UNION ALL
            SELECT fields.id, lookups.id, lookups.sequence, lookups.name
            FROM halo.lookups AS lookups
            JOIN halo.field_infos AS fields ON fields.lookup = lookups.lookupid AND fields.lookup > 0
            WHERE trim(lookups.name) <> ''
        ) AS all_values
        GROUP BY field_id, trim(name)
    ) AS named
    GROUP BY field_id
)

SELECT
    numbered.id,
    'halo:custom_field:' || numbered.id                                                     AS source_key,
    numbered.scope,
    numbered.model,
    numbered.mapped_model,
    numbered.type,
    numbered.halo_name,
    numbered.halo_label,
    numbered.hint,
    numbered.mandatory,
    numbered.is_secret,
    numbered.mapped_name = 'none'                                                           AS left_out,
    options.options,
    options.option_names,
    CASE
        WHEN numbered.scope = 'site' THEN 'string'
        WHEN numbered.type = 2 THEN 'list'
        WHEN numbered.type = 4 THEN 'datetime'
        WHEN numbered.type = 6 THEN 'boolean'
        WHEN numbered.type IN (0, 5) AND numbered.inputtype = 1 THEN 'integer'
        WHEN numbered.type IN (0, 5) AND numbered.inputtype = 2 THEN 'decimal'
        ELSE 'string'
    END                                                                                     AS kind,
    CASE WHEN numbered.nth = 1 AND lower(numbered.label) NOT LIKE 'halo %' AND lower(numbered.label) <> 'personal data to review'
        THEN numbered.label ELSE numbered.label || ' ' || numbered.id END                   AS attribute
FROM numbered
LEFT JOIN options ON options.field_id = numbered.id
