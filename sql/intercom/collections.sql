-- one row per collection of the help center; key: source_key
SELECT
    'intercom:collection:' || id                                                            AS source_key,
    id                                                                                      AS intercom_id,
    'intercom:collection:' || nullif(parent_id, '')                                         AS parent_key,
    help_center_id,
    nullif(name, '')                                                                        AS name,
    nullif(description, '')                                                                 AS description,
    url,
    icon,
    "order"                                                                                 AS position,
    default_locale,
    translated_content,
    created_at,
    updated_at
FROM intercom_live.collections
