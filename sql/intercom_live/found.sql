-- one row per loaded row that the workspace still holds; key: (table_name, source_key)
-- By the id that the ledger has. A message whose id no reply has told is taken for found where its thread is, and so is one that is too
-- old to be shown; a file is found where its message has one of its name for each that was sent.
WITH sent AS (
    SELECT table_name, source_key, intercom_id, parent_id
    FROM ledger.rows
    WHERE state = 'done'
),

live AS (
    SELECT 'contacts' AS table_name, id FROM intercom_live.contacts
    UNION ALL
    SELECT 'companies', id FROM intercom_live.companies
    UNION ALL
    SELECT 'tags', id FROM intercom_live.tags
    UNION ALL
    SELECT 'collections', id FROM intercom_live.collections
    UNION ALL
    SELECT 'articles', id FROM intercom_live.articles
    UNION ALL
    SELECT 'internal_articles', id FROM intercom_live.internal_articles
    UNION ALL
    SELECT 'ticket_types', id FROM intercom_live.ticket_types
    UNION ALL
    SELECT 'notes', id FROM intercom_live.contact_notes
    UNION ALL
    SELECT 'notes', id FROM intercom_live.company_notes
    UNION ALL
    SELECT 'saved_replies', id FROM intercom_live.content_snippets
    UNION ALL
    SELECT 'conversations', id FROM intercom_live.threads
),

live_attributes AS (
    SELECT model, id FROM intercom_live.data_attributes WHERE NOT coalesce(archived, false)
    UNION ALL
    SELECT 'conversation', id FROM intercom_live.conversation_attributes WHERE NOT coalesce(archived, false)
    UNION ALL
    SELECT 'conversation', id FROM intercom_live.ticket_type_attributes WHERE NOT coalesce(archived, false)
),

unseen AS (
    SELECT sent.table_name, sent.source_key, sent.intercom_id, sent.parent_id
    FROM sent
    JOIN intercom.conversation_parts AS parts ON parts.source_key = sent.source_key
    JOIN intercom_live.cut AS cut ON cut.thread_id = sent.parent_id AND parts.created_at <= cut.since
    WHERE sent.table_name = 'conversation_parts' AND sent.intercom_id IS NOT NULL
),

files AS (
    SELECT
        sent.source_key, sent.parent_id, attachments.name,
        row_number() OVER (PARTITION BY sent.parent_id, attachments.name ORDER BY attachments.position) AS nth
    FROM sent
    JOIN intercom.attachments AS attachments ON attachments.source_key = sent.source_key
    WHERE sent.table_name = 'attachments'
),

live_files AS (
    SELECT part_id, name, row_number() OVER (PARTITION BY part_id, name ORDER BY position) AS nth
    FROM intercom_live.attached
)

SELECT DISTINCT sent.table_name, sent.source_key
FROM sent
JOIN live ON live.table_name = sent.table_name AND live.id = sent.intercom_id
UNION ALL
SELECT DISTINCT sent.table_name, sent.source_key
FROM sent
JOIN intercom.attributes AS wanted ON wanted.source_key = sent.source_key
JOIN live_attributes AS live ON live.id = sent.intercom_id AND live.model = wanted.model
WHERE sent.table_name = 'attributes'
UNION ALL
SELECT DISTINCT sent.table_name, sent.source_key
FROM sent
JOIN intercom.custom_objects AS wanted ON wanted.source_key = sent.source_key
JOIN intercom_live.custom_object_instances AS live ON live.id = sent.intercom_id AND live.type = wanted.object_type
WHERE sent.table_name = 'custom_objects'
UNION ALL
SELECT DISTINCT sent.table_name, sent.source_key
FROM sent
JOIN intercom_live.messages AS live
    ON live.thread_id = sent.parent_id AND CASE WHEN live.position = 0 THEN 'opening' ELSE live.id END = coalesce(sent.intercom_id, 'opening')
WHERE sent.table_name = 'conversation_parts'
UNION ALL
SELECT unseen.table_name, unseen.source_key
FROM unseen
LEFT JOIN intercom_live.messages AS live ON live.thread_id = unseen.parent_id AND live.id = unseen.intercom_id
WHERE live.id IS NULL
UNION ALL
SELECT files.table_name, files.source_key
FROM (
    SELECT sent.table_name, sent.source_key, sent.parent_id
    FROM sent
    WHERE sent.table_name = 'attachments'
) AS files
JOIN unseen ON unseen.intercom_id = files.parent_id
LEFT JOIN intercom_live.messages AS live ON live.id = files.parent_id
WHERE live.id IS NULL
UNION ALL
SELECT 'attachments' AS table_name, files.source_key
FROM files
JOIN live_files AS live ON live.part_id = files.parent_id AND live.name = files.name AND live.nth = files.nth
