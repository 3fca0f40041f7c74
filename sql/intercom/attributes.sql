-- one row per attribute of people, companies, conversations and tickets; key: source_key
SELECT
    'intercom:attribute:' || model || ':' || full_name                                      AS source_key,
    id                                                                                      AS intercom_id,
    model,
    CAST(NULL AS VARCHAR)                                                                   AS ticket_type,
    name,
    label,
    data_type,
    nullif(description, '')                                                                 AS description,
    options,
    coalesce(custom, FALSE)                                                                 AS custom,
    coalesce(archived, FALSE)                                                               AS archived
FROM intercom_live.data_attributes
UNION ALL
SELECT 'intercom:attribute:conversation:' || id, id, 'conversation', NULL, name, name AS label, data_type, nullif(description, ''), options, TRUE, coalesce(archived, FALSE)
FROM intercom_live.conversation_attributes
UNION ALL
SELECT
    'intercom:attribute:ticket:' || attributes.ticket_type_id || ':' || attributes.id,
    attributes.id,
    'ticket',
    types.name,
    attributes.name,
    attributes.name AS label,
    attributes.data_type,
    nullif(attributes.description, ''),
    attributes.input_options,
    attributes.name NOT LIKE '\_default\_%',
    coalesce(attributes.archived, FALSE)
FROM intercom_live.ticket_types AS types
JOIN intercom_live.ticket_type_attributes AS attributes ON attributes.ticket_type_id = types.id
