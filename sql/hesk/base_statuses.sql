-- one row per ticket status; key: id
-- Built-in names are in Hesk's language files, not in the database: they come from mapping/statuses.csv. Desks with
-- Mods for HESK have a table of their own instead, with a name per language.
WITH mods AS (
    SELECT
        s."ID" AS id,
        coalesce(
            max(CASE WHEN x.language = base_settings.language THEN x.text END),
            max(CASE WHEN x.language = 'English' THEN x.text END),
            max(x.text)) AS name,
        bool_or(s."IsClosed") AS is_closed
    FROM hesk.statuses AS s
    CROSS JOIN base_settings
    LEFT JOIN hesk.text_to_status_xref AS x ON x.status_id = s."ID"
    GROUP BY s."ID"
),

custom AS (
    SELECT statuses.id, hesk_label(statuses.name, base_settings.language) AS name
    FROM hesk.custom_statuses AS statuses
    CROSS JOIN base_settings
),

ids AS (
    SELECT id FROM mods
    UNION
    SELECT id FROM custom
    UNION
    SELECT CAST(status_id AS BIGINT) AS id FROM mapping.statuses
    UNION
    SELECT DISTINCT status AS id FROM hesk.tickets WHERE status IS NOT NULL
)

SELECT
    ids.id,
    coalesce(decode_entities(mods.name), custom.name, mapped.name, 'Status ' || ids.id) AS name,
    coalesce(
        CASE WHEN mods.is_closed THEN 'closed' WHEN mods.id IS NOT NULL THEN 'open' END,
        mapped.state,
        'open')                                                                         AS state
FROM ids
LEFT JOIN mods ON mods.id = ids.id
LEFT JOIN custom ON custom.id = ids.id
LEFT JOIN mapping.statuses AS mapped ON CAST(mapped.status_id AS BIGINT) = ids.id
