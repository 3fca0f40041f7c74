-- one row per field of a loaded custom object that was written, and per contact and conversation it belongs to; key: (source_key, field, wanted)
WITH pairs AS (
    SELECT wanted.*, sent.intercom_id, live.external_id AS found_external_id, live.external_created_at AS found_created_at,
        live.external_updated_at AS found_updated_at, live.custom_attributes AS found_attributes
    FROM ledger.rows AS sent
    JOIN intercom.custom_objects AS wanted ON wanted.source_key = sent.source_key
    JOIN intercom_live.custom_object_instances AS live ON live.type = wanted.object_type AND live.id = sent.intercom_id
    WHERE sent.table_name = 'custom_objects' AND sent.state = 'done' AND in_share(sent.intercom_id)
),

fields AS (
    SELECT source_key, intercom_id, unnest([
        named_struct('field', 'external_id', 'wanted', external_id, 'found', found_external_id),
        named_struct('field', 'external_created_at', 'wanted', CAST(external_created_at AS VARCHAR), 'found', CAST(found_created_at AS VARCHAR)),
        named_struct('field', 'external_updated_at', 'wanted', CAST(external_updated_at AS VARCHAR), 'found', CAST(found_updated_at AS VARCHAR))
    ]) AS one
    FROM pairs
),

attributes AS (
    SELECT source_key, intercom_id, custom_attributes AS wanted, found_attributes AS found, unnest(json_object_keys(custom_attributes)) AS name
    FROM pairs
),

holders AS (
    SELECT source_key, intercom_id, object_type, 'contacts' AS field, unnest(json_get_array(contact_keys)) AS holder_key FROM pairs
    UNION ALL
    SELECT source_key, intercom_id, object_type, 'conversations', unnest(json_get_array(conversation_keys)) FROM pairs
),

-- A relation of a row lists its objects under the name of their type.
named AS (
    SELECT 'contacts' AS field, id, custom_attributes, unnest(json_object_keys(custom_attributes)) AS name
    FROM intercom_live.contacts
    WHERE custom_attributes LIKE '%"instances"%'
    UNION ALL
    SELECT 'conversations', id, custom_attributes, unnest(json_object_keys(custom_attributes))
    FROM intercom_live.conversations
    WHERE custom_attributes LIKE '%"instances"%'
),

instances AS (
    SELECT field, id, name, unnest(json_get_array(json_get_json(custom_attributes, name), 'instances')) AS instance
    FROM named
),

live_links AS (
    SELECT DISTINCT field, id, name, (instance ->> 'id') AS object_id
    FROM instances
)

SELECT source_key, intercom_id, one['field'] AS field, one['wanted'] AS wanted, one['found'] AS found
FROM fields
WHERE one['wanted'] IS NOT NULL
UNION ALL
SELECT
    source_key,
    intercom_id,
    'custom_attributes.' || name,
    -- Every value is told as text.
    CASE WHEN regexp_like(json_get_json(wanted, name), '^["\[{]') THEN json_get_json(wanted, name) ELSE '"' || json_get_json(wanted, name) || '"' END,
    json_get_json(found, name)
FROM attributes
WHERE json_get_json(wanted, name) <> 'null'
UNION ALL
SELECT DISTINCT holders.source_key, holders.intercom_id, holders.field, sent.intercom_id, live_links.id
FROM holders
JOIN ledger.rows AS sent ON sent.table_name = holders.field AND sent.state = 'done' AND '"' || sent.source_key || '"' = holders.holder_key
-- A ticket has no such relation; what is not there is missing, and told as that.
JOIN (
    SELECT 'contacts' AS field, id FROM intercom_live.contacts
    UNION ALL
    SELECT 'conversations', id FROM intercom_live.conversations
) AS there ON there.field = holders.field AND there.id = sent.intercom_id
LEFT JOIN live_links
    ON live_links.field = holders.field AND live_links.id = sent.intercom_id AND live_links.name = holders.object_type
    AND live_links.object_id = holders.intercom_id
