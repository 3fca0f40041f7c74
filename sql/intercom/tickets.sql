-- one row per ticket with its messages; key: source_key
SELECT
    'intercom:ticket:' || tickets.id                                                        AS source_key,
    tickets.id                                                                              AS intercom_id,
    tickets.ticket_id,
    tickets.type,
    tickets.category,
    coalesce((tickets.ticket_state ->> 'internal_label'), (tickets.ticket_state ->> 'external_label')) AS state,
    (tickets.ticket_state ->> 'category')                                                   AS state_category,
    nullif((tickets.ticket_attributes ->> '_default_title_'), '')                           AS title,
    nullif((tickets.ticket_attributes ->> '_default_description_'), '')                     AS description,
    tickets.first_key                                                                       AS end_user_key,
    coalesce(tickets.contact_keys, '[]')                                                    AS end_user_keys,
    'intercom:company:' || nullif(tickets.company_id, '')                                   AS company_key,
    'intercom:admin:' || nullif(nullif(tickets.admin_assignee_id, ''), '0')                 AS assignee_key,
    'intercom:team:' || nullif(nullif(tickets.team_assignee_id, ''), '0')                   AS team_key,
    tickets.open                                                                            AS is_open,
    tickets.is_shared,
    coalesce(tickets.tags, '[]')                                                            AS tags,
    list_labels(json_without(tickets.ticket_attributes, '_default_title_', '_default_description_'), lists.lists) AS attributes,
    coalesce(threads.messages, '[]')                                                        AS messages,
    coalesce(threads.messages_count, 0)                                                     AS messages_count,
    tickets.truncated,
    merge_json(
        attributes('source', 'intercom', 'parts_total', tickets.parts_total),
        '{"linked_objects":' || coalesce(tickets.linked_objects, '[]') || '}')              AS metadata,
    tickets.created_at,
    tickets.updated_at,
    tickets.snoozed_until
FROM base_ticket_lists AS lists
RIGHT JOIN base_tickets AS tickets ON lists.ticket_type_id = tickets.ticket_type_id
LEFT JOIN base_threads AS threads ON threads.thread_key = 'intercom:ticket:' || tickets.id
