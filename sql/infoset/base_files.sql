-- one row per file and picture of a message, with the part it belongs to; key: source_key
-- A file of an entry that stands for another message goes there.
WITH named AS (
    SELECT 'ticket_files' AS table_name, ticket_id || '/' || place AS key, 'infoset:message:' || ticket_id AS message_key, place, name, size FROM infoset.ticket_files
    UNION ALL
    SELECT 'log_files', log_id || '/' || place, 'infoset:log:' || log_id, 500 + place, name, size FROM infoset.log_files
    UNION ALL
    SELECT 'email_files', log_id || '/' || place, 'infoset:log:' || log_id, 1000 + place, name, size FROM infoset.email_files
    UNION ALL
    SELECT 'room_files', files.message_id || '/' || files.place, messages.source_key, files.place, files.name, files.size
    FROM infoset.room_files AS files
    JOIN base_room_messages AS messages ON messages.id = files.message_id
),

files AS (
    SELECT
        'infoset:file:' || named.table_name || ':' || named.key                             AS source_key,
        named.message_key,
        named.place                                                                         AS nth,
        coalesce(nullif(trim(named.name), ''), nullif(trim(stored.name), ''), 'attachment') AS name,
        coalesce(stored.size, named.size, 0)                                                AS size,
        stored.content_type,
        stored.sha256,
        named.table_name,
        named.key,
        CAST(NULL AS VARCHAR)                                                               AS place
    FROM named
    LEFT JOIN infoset.files AS stored ON stored.table_name = named.table_name AND stored.key = named.key AND stored.place = ''
),

pictures AS (
    SELECT
        'infoset:picture:' || table_name || ':' || replace(key, '/', ':') || ':' || stable_key(place) AS source_key,
        CASE WHEN table_name = 'tickets' THEN 'infoset:message:' || key
             WHEN table_name = 'room_messages' THEN 'infoset:room_message:' || replace(key, '/', ':')
             ELSE 'infoset:log:' || key END                                                 AS message_key,
        1000000 + row_number() OVER (PARTITION BY table_name, key ORDER BY place)           AS nth,
        coalesce(nullif(trim(name), ''), 'picture')                                         AS name,
        coalesce(size, 0)                                                                   AS size,
        content_type,
        sha256,
        table_name,
        key,
        place
    FROM infoset.files
    WHERE table_name IN ('tickets', 'ticket_logs', 'emails', 'room_messages') AND place <> ''
),

placed AS (
    SELECT
        files.*,
        coalesce(parts.source_key, whole.source_key)                                        AS part_key
    FROM (SELECT * FROM files UNION ALL SELECT * FROM pictures) AS files
    LEFT JOIN base_messages AS messages ON messages.source_key = files.message_key
    LEFT JOIN conversation_parts AS parts ON parts.source_key = coalesce(messages.told_by, files.message_key)
    -- A text that is not there has no part; its pictures are the thread's.
    LEFT JOIN base_tickets AS tickets ON files.table_name IN ('tickets', 'ticket_files') AND CAST(tickets.id AS VARCHAR) = split_part(files.key, '/', 1)
    LEFT JOIN conversation_parts AS whole ON whole.conversation_key = tickets.thread_key AND whole.position = 1
)

SELECT
    *,
    -- The same picture is in the ticket's text, in the entry that repeats it and in its e-mail.
    row_number() OVER (
        PARTITION BY part_key, coalesce(sha256, place, source_key)
        ORDER BY CASE WHEN place IS NULL THEN 0 ELSE 1 END, nth, source_key)                AS occurrence
FROM placed
