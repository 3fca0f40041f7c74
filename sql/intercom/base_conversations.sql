-- one row per conversation that has not been deleted, without its messages; key: id
SELECT
    conversations.*,
    people.contact_keys,
    people.first_key,
    tags.names                                                                              AS tags,
    coalesce(conversations.parts_total, 0) > coalesce(shown.parts, 0)                       AS truncated
FROM base_tags AS tags
RIGHT JOIN intercom_live.conversations AS conversations ON tags.kind = 'conversation' AND tags.id = conversations.id
LEFT JOIN base_people AS people ON people.thread_key = 'intercom:conversation:' || conversations.id
LEFT JOIN base_shown AS shown ON shown.thread_key = 'intercom:conversation:' || conversations.id
WHERE NOT EXISTS (SELECT 1 FROM intercom_live.deleted_conversations AS deleted WHERE deleted.id = conversations.id)
