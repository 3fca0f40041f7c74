-- one row per conversation or ticket with its messages and events, in order; key: thread_key
-- Numbering sorts the messages on disk, so that they come thread by thread and no more than one thread is held.
WITH files AS (
    SELECT
        message_key,
        json_list(position, attributes('name', name, 'content_type', content_type, 'size', size, 'sha256', sha256, 'inline', CASE WHEN inline THEN TRUE END)) AS items
    FROM base_files
    WHERE message_key IS NOT NULL
    GROUP BY message_key
),

messages AS (
    SELECT
        messages.thread_key,
        messages.position,
        merge_json(
            attributes(
                'position', messages.position, 'id', messages.id, 'type', messages.type, 'html', messages.html, 'text', messages.text,
                'at', CAST(messages.at AS VARCHAR), 'private', messages.private, 'redacted', messages.redacted),
            '{"author":' || attributes(
                'kind', messages.author_kind, 'id', messages.author_id, 'key', messages.author_key, 'name', messages.author_name,
                'email', messages.author_email)
            || ',"attachments":' || coalesce(files.items, '[]')
            || CASE WHEN messages.detail IS NULL THEN '' ELSE ',"detail":' || messages.detail END || '}')
                                                                                            AS message
    FROM files
    RIGHT JOIN base_messages AS messages ON messages.source_key = files.message_key
)

SELECT
    thread_key,
    json_list(nth, message)                                                                 AS messages,
    count(*)                                                                                AS messages_count
FROM (SELECT thread_key, message, CAST(row_number() OVER (PARTITION BY thread_key ORDER BY position) AS BIGINT) AS nth FROM messages) AS numbered
GROUP BY thread_key
