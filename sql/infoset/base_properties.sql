-- one row per custom property of tickets, rooms, contacts, companies and deals, those that are only held included; key: (scope, key)
-- The name is its label; of two properties with one label on one object the second has its key behind, or what it is of. Contacts and companies share
-- their names, which take letters, digits, blanks and hyphens only. mapping/attributes.csv renames a property, `none` leaves it out.
WITH defined AS (
    SELECT
        properties.id,
        properties.key,
        CASE WHEN lower(trim(properties.object_type)) IN ('ticket', 'tickets') THEN 'ticket'
             WHEN lower(trim(properties.object_type)) IN ('chat', 'room', 'chats', 'rooms') THEN 'room'
             WHEN lower(trim(properties.object_type)) IN ('company', 'companies') THEN 'company'
             WHEN lower(trim(properties.object_type)) IN ('deal', 'deals') THEN 'deal'
             WHEN lower(trim(properties.object_type)) IN ('contact', 'contacts') THEN 'contact' END AS scope,
        nullif(trim(properties.label), '')                                                  AS label,
        coalesce(types.kind, 'string')                                                      AS kind,
        types.kind IS NULL AND properties.type IS NOT NULL                                  AS is_unknown,
        properties.type,
        properties.options
    FROM infoset.properties AS properties
    LEFT JOIN mapping.property_types AS types ON types.type = lower(trim(properties.type))
),

held AS (
    SELECT DISTINCT scope, key FROM base_property_values
),

everything AS (
    SELECT
        coalesce(defined.scope, held.scope)                                                 AS scope,
        coalesce(defined.key, held.key)                                                     AS key,
        defined.id,
        coalesce(defined.label, defined.key, held.key)                                      AS label,
        coalesce(defined.kind, 'string')                                                    AS kind,
        defined.type,
        coalesce(defined.is_unknown, FALSE)                                                 AS is_unknown,
        defined.options,
        held.key IS NOT NULL                                                                AS is_held
    FROM defined
    FULL JOIN held ON held.scope = defined.scope AND held.key = defined.key
),

named AS (
    SELECT
        everything.*,
        CASE everything.scope WHEN 'ticket' THEN 'conversation' WHEN 'room' THEN 'conversation' WHEN 'contact' THEN 'contact' WHEN 'company' THEN 'company' END AS model,
        coalesce(mapped.name = 'none', FALSE)                                               AS left_out,
        CASE WHEN everything.scope IN ('contact', 'company')
            THEN trim(regexp_replace(regexp_replace(coalesce(mapped.name, everything.label), '[^\p{L}\p{N}\p{Sc} _-]', ' ', 'g'), ' +', ' ', 'g'))
            ELSE trim(coalesce(mapped.name, everything.label)) END                          AS name
    FROM everything
    LEFT JOIN mapping.attributes AS mapped ON mapped.property = everything.key AND (mapped.object IS NULL OR mapped.object = everything.scope)
),

numbered AS (
    SELECT *, row_number() OVER (PARTITION BY CASE WHEN model IN ('contact', 'company') THEN 'person' ELSE coalesce(model, scope) END, lower(name) ORDER BY id NULLS LAST, scope, key) AS nth
    FROM named
)

SELECT
    scope,
    key,
    id,
    'infoset:property:' || scope || ':' || key                                              AS source_key,
    label,
    kind,
    type,
    is_unknown,
    options,
    is_held,
    model,
    left_out,
    CASE WHEN nth = 1 AND lower(name) NOT LIKE 'infoset %' AND lower(name) <> 'channel_source' AND name <> '' THEN name
         ELSE trim(name || ' ' || CASE WHEN label = key THEN scope ELSE regexp_replace(key, '[^\p{L}\p{N} _-]', ' ', 'g') END) || CASE WHEN nth > 2 THEN ' ' || nth ELSE '' END END AS attribute
FROM numbered
WHERE scope IS NOT NULL
