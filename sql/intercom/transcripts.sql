-- one row per conversation with its messages; key: source_key
SELECT
    'intercom:conversation:' || conversations.id                                            AS source_key,
    conversations.id                                                                        AS intercom_id,
    CASE WHEN conversations.source_author_type IN ('user', 'lead', 'contact') AND conversations.source_author_id <> ''
        THEN 'intercom:contact:' || coalesce(merges.into_id, conversations.source_author_id) ELSE conversations.first_key END AS end_user_key,
    coalesce(conversations.contact_keys, '[]')                                              AS end_user_keys,
    'intercom:company:' || nullif(conversations.company_id, '')                             AS company_key,
    nullif(conversations.title, '')                                                         AS title,
    conversations.state,
    conversations.priority,
    conversations.read                                                                      AS is_read,
    'intercom:admin:' || nullif(nullif(conversations.admin_assignee_id, ''), '0')           AS assignee_key,
    'intercom:team:' || nullif(nullif(conversations.team_assignee_id, ''), '0')             AS team_key,
    conversations.source_type                                                               AS channel,
    coalesce(conversations.tags, '[]')                                                      AS tags,
    coalesce(conversations.custom_attributes, '{}')                                         AS attributes,
    conversations.rating,
    threads.messages,
    threads.messages_count,
    conversations.truncated,
    merge_json(
        attributes(
            'source', 'intercom', 'delivered_as', conversations.source_delivered_as, 'subject', nullif(conversations.source_subject, ''),
            'url', nullif(conversations.source_url, ''), 'parts_total', conversations.parts_total),
        '{"statistics":' || coalesce(conversations.statistics, 'null') || ',"sla_applied":' || coalesce(conversations.sla_applied, 'null')
        || ',"linked_objects":' || coalesce(conversations.linked_objects, '[]') || '}')     AS metadata,
    conversations.created_at,
    conversations.updated_at,
    conversations.waiting_since,
    conversations.snoozed_until
FROM base_merges AS merges
RIGHT JOIN base_conversations AS conversations ON merges.id = conversations.source_author_id
JOIN base_threads AS threads ON threads.thread_key = 'intercom:conversation:' || conversations.id
