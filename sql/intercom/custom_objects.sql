-- one row per object of a type of the workspace's own; key: source_key
SELECT
    'intercom:custom_object:' || type || ':' || id                                          AS source_key,
    id                                                                                      AS intercom_id,
    type,
    nullif(external_id, '')                                                                 AS external_id,
    coalesce(custom_attributes, '{}')                                                       AS attributes,
    external_created_at,
    external_updated_at,
    created_at,
    updated_at
FROM intercom_live.custom_object_instances
