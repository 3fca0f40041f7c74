-- one row per file of a message, and per image in the text of a message or article; key: source_key
-- message_key: the message in base_messages; NULL for articles. Images come after files.
WITH declared AS (
    SELECT
        'conversation_attachments' AS table_name, conversation_id || '/' || position AS key, 'intercom:source:' || conversation_id AS message_key,
        position, name, content_type, filesize
    FROM intercom_live.conversation_attachments
    UNION ALL
    SELECT 'part_attachments', part_id || '/' || position, 'intercom:part:' || part_id, position, name, content_type, filesize
    FROM intercom_live.part_attachments
    UNION ALL
    SELECT 'ticket_part_attachments', part_id || '/' || position, 'intercom:ticket_part:' || part_id, position, name, content_type, filesize
    FROM intercom_live.ticket_part_attachments
)

SELECT
    'intercom:file:' || declared.table_name || ':' || declared.key                          AS source_key,
    declared.message_key,
    CAST(NULL AS VARCHAR)                                                                   AS article_key,
    declared.position,
    FALSE                                                                                   AS inline,
    coalesce(nullif(declared.name, ''), nullif(files.name, ''))                             AS name,
    coalesce(nullif(declared.content_type, ''), files.content_type)                         AS content_type,
    coalesce(files.size, declared.filesize)                                                 AS size,
    files.sha256
FROM declared
LEFT JOIN intercom_live.files AS files ON files.table_name = declared.table_name AND files.key = declared.key AND files.place = ''
UNION ALL
SELECT
    'intercom:image:' || table_name || ':' || key || ':' || stable_key(place),
    CASE
        WHEN table_name = 'conversations' THEN 'intercom:source:' || key
        WHEN table_name = 'conversation_parts' THEN 'intercom:part:' || split_part(key, '/', 2)
        WHEN table_name = 'ticket_parts' THEN 'intercom:ticket_part:' || split_part(key, '/', 2)
    END,
    CASE WHEN table_name = 'articles' THEN 'intercom:article:' || key END,
    1000 + row_number() OVER (PARTITION BY table_name, key ORDER BY place),
    TRUE,
    nullif(name, ''),
    content_type,
    size,
    sha256
FROM intercom_live.files
WHERE place <> ''
