-- one row per loaded row that the workspace still holds; key: (table_name, source_key)
-- By the id that the ledger has. An attachment is found where its message is and has at least as many files as were sent.
WITH sent AS (
    SELECT table_name, source_key, intercom_id, parent_id
    FROM ledger.rows
    WHERE state = 'done'
),

threads_attributes AS (
    SELECT id FROM intercom_live.conversation_attributes
    UNION ALL
    SELECT id FROM intercom_live.ticket_type_attributes
),

threads AS (
    SELECT id FROM intercom_live.conversations
    UNION ALL
    SELECT id FROM intercom_live.tickets
),

-- The opening message is a message too, though Intercom keeps it apart.
messages AS (
    SELECT conversation_id, id AS part_id FROM intercom_live.conversation_parts
    UNION ALL
    SELECT id, source_id FROM intercom_live.conversations
    UNION ALL
    SELECT ticket_id, id FROM intercom_live.ticket_parts
),

attached AS (
    SELECT part_id, count(*) AS row_count
    FROM (
        SELECT part_id FROM intercom_live.part_attachments
        UNION ALL
        SELECT part_id FROM intercom_live.ticket_part_attachments
        UNION ALL
        SELECT live.source_id FROM intercom_live.conversation_attachments AS files
        JOIN intercom_live.conversations AS live ON live.id = files.conversation_id
    ) AS every_file
    GROUP BY part_id
),

files AS (
    SELECT source_key, parent_id, row_number() OVER (PARTITION BY parent_id ORDER BY source_key) AS nth
    FROM sent
    WHERE table_name = 'attachments'
)

SELECT sent.table_name, sent.source_key
FROM sent JOIN intercom_live.contacts AS live ON live.id = sent.intercom_id
WHERE sent.table_name = 'contacts'
UNION ALL
SELECT sent.table_name, sent.source_key
FROM sent JOIN intercom_live.companies AS live ON live.id = sent.intercom_id
WHERE sent.table_name = 'companies'
UNION ALL
SELECT sent.table_name, sent.source_key
FROM sent JOIN intercom_live.tags AS live ON live.id = sent.intercom_id
WHERE sent.table_name = 'tags'
UNION ALL
SELECT sent.table_name, sent.source_key
FROM sent JOIN intercom_live.collections AS live ON live.id = sent.intercom_id
WHERE sent.table_name = 'collections'
UNION ALL
SELECT sent.table_name, sent.source_key
FROM sent JOIN intercom_live.articles AS live ON live.id = sent.intercom_id
WHERE sent.table_name = 'articles'
UNION ALL
SELECT sent.table_name, sent.source_key
FROM sent
JOIN intercom.attributes AS wanted ON wanted.source_key = sent.source_key
JOIN intercom_live.data_attributes AS live ON live.id = sent.intercom_id AND live.model = wanted.model
WHERE sent.table_name = 'attributes' AND wanted.model <> 'conversation'
UNION ALL
SELECT sent.table_name, sent.source_key
FROM sent
JOIN intercom.attributes AS wanted ON wanted.source_key = sent.source_key
JOIN threads_attributes AS live ON live.id = sent.intercom_id
WHERE sent.table_name = 'attributes' AND wanted.model = 'conversation'
UNION ALL
SELECT sent.table_name, sent.source_key
FROM sent JOIN intercom_live.ticket_types AS live ON live.id = sent.intercom_id
WHERE sent.table_name = 'ticket_types'
UNION ALL
SELECT sent.table_name, sent.source_key
FROM sent JOIN intercom_live.contact_notes AS live ON live.id = sent.intercom_id
WHERE sent.table_name = 'notes'
UNION ALL
SELECT sent.table_name, sent.source_key
FROM sent JOIN intercom_live.custom_object_instances AS live ON live.id = sent.intercom_id
WHERE sent.table_name = 'custom_objects'
UNION ALL
SELECT sent.table_name, sent.source_key
FROM sent JOIN intercom_live.content_snippets AS live ON live.id = sent.intercom_id
WHERE sent.table_name = 'saved_replies'
UNION ALL
SELECT sent.table_name, sent.source_key
FROM sent JOIN threads AS live ON live.id = sent.intercom_id
WHERE sent.table_name = 'conversations'
UNION ALL
SELECT sent.table_name, sent.source_key
FROM sent JOIN messages AS live ON live.conversation_id = sent.parent_id AND live.part_id = sent.intercom_id
WHERE sent.table_name = 'conversation_parts' AND sent.intercom_id IS NOT NULL
UNION ALL
SELECT sent.table_name, sent.source_key
FROM sent JOIN threads AS live ON live.id = sent.parent_id
WHERE sent.table_name = 'conversation_parts' AND sent.intercom_id IS NULL
UNION ALL
SELECT 'attachments' AS table_name, files.source_key
FROM files JOIN attached AS live ON live.part_id = files.parent_id AND files.nth <= live.row_count
