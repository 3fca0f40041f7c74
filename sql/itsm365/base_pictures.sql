-- one row per picture in a text of a ticket, change, problem or task, with the file that it is; key: (table_name, key, place)
-- A picture by a link to a file of the desk is that file; one inside the text has no file of its own.
SELECT
    files.table_name,
    files.key,
    coalesce(said.about, files.key)                                                         AS about,
    files.place,
    files.name,
    files.sha256,
    files.size,
    files.content_type,
    CASE WHEN files.place LIKE '%uuid=file$%' THEN regexp_replace(files.place, '^.*uuid=(file[$][0-9]+).*$', '\1', 's') END AS uuid
FROM itsm365.files AS files
LEFT JOIN base_comment_texts AS said ON said.source_table = files.table_name AND said.uuid = files.key
WHERE files.table_name IN ('tickets', 'ticket_comments', 'changes', 'change_comments', 'problems', 'problem_comments', 'tasks', 'task_comments')
    AND files.place <> ''
