-- one row per field of a loaded collection that was written; key: (source_key, field)
WITH pairs AS (
    SELECT wanted.*, sent.intercom_id, parents.intercom_id AS wanted_parent, live.name AS found_name,
        live.description AS found_description, live.parent_id AS found_parent, live.translated_content AS found_content
    FROM ledger.rows AS sent
    JOIN intercom.collections AS wanted ON wanted.source_key = sent.source_key
    JOIN intercom_live.collections AS live ON live.id = sent.intercom_id
    LEFT JOIN ledger.rows AS parents ON parents.table_name = 'collections' AND parents.source_key = wanted.parent_key
    WHERE sent.table_name = 'collections' AND sent.state = 'done'
),

fields AS (
    SELECT source_key, intercom_id, unnest([
        named_struct('field', 'name', 'wanted', name, 'found', found_name),
        named_struct('field', 'description', 'wanted', description, 'found', found_description),
        named_struct('field', 'parent', 'wanted', coalesce(wanted_parent, 'top'), 'found', coalesce(found_parent, 'top'))
    ]) AS one
    FROM pairs
),

locales AS (
    SELECT source_key, intercom_id, translated_content, found_content, unnest(json_object_keys(translated_content)) AS locale
    FROM pairs
),

translations AS (
    SELECT source_key, intercom_id, locale, unnest([
        named_struct('field', 'name', 'wanted', json_get_str(json_get_json(translated_content, locale), 'name'), 'found', json_get_str(json_get_json(found_content, locale), 'name')),
        named_struct('field', 'description', 'wanted', json_get_str(json_get_json(translated_content, locale), 'description'),
            'found', json_get_str(json_get_json(found_content, locale), 'description'))
    ]) AS one
    FROM locales
)

SELECT source_key, intercom_id, one['field'] AS field, one['wanted'] AS wanted, one['found'] AS found
FROM fields
WHERE one['wanted'] IS NOT NULL
UNION ALL
SELECT source_key, intercom_id, locale || '.' || one['field'], one['wanted'], one['found']
FROM translations
WHERE one['wanted'] IS NOT NULL
