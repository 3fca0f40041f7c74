-- one row per file of a message of the workspace; key: (part_id, position)
-- sha256: of the bytes, where `reconcile --files` could have them.
WITH attached AS (
    SELECT 'part_attachments' AS table_name, part_id AS owner_id, part_id, position, name, content_type, filesize, url
    FROM intercom_live.part_attachments
    UNION ALL
    SELECT 'ticket_part_attachments', part_id AS owner_id, part_id, position, name, content_type, filesize, url
    FROM intercom_live.ticket_part_attachments
    UNION ALL
    SELECT
        'conversation_attachments', files.conversation_id AS owner_id, conversations.source_id AS part_id, files.position, files.name, files.content_type,
        files.filesize, files.url
    FROM intercom_live.conversation_attachments AS files
    JOIN intercom_live.conversations AS conversations ON conversations.id = files.conversation_id
)

SELECT attached.part_id, attached.position, attached.name, attached.content_type, attached.filesize, attached.url, files.sha256
FROM attached
LEFT JOIN intercom_live.files AS files
    ON files.table_name = attached.table_name AND files.key = attached.owner_id || '/' || CAST(attached.position AS VARCHAR)
