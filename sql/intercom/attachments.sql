-- one row per file of a message, and per image in the text of a message or article; key: source_key
SELECT
    files.source_key,
    coalesce(messages.thread_key, files.article_key)                                        AS parent_key,
    messages.id                                                                             AS message_id,
    files.position,
    files.inline,
    files.name,
    files.content_type,
    files.size,
    files.sha256,
    'files/' || substr(files.sha256, 1, 2) || '/' || files.sha256                           AS file
FROM base_files AS files
LEFT JOIN base_messages AS messages ON messages.source_key = files.message_key
