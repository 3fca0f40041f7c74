-- one row per file that is attached to something, or that a comment names; key: (source_table, source_id)
-- about: the ticket, change, problem or task whose file it is, or whose comment names it.
WITH named AS (
    SELECT 'comment_files' AS source_table, comment, uuid, title FROM itsm365.comment_files
    UNION ALL
    SELECT 'change_comment_files', comment, uuid, title FROM itsm365.change_comment_files
    UNION ALL
    SELECT 'problem_comment_files', comment, uuid, title FROM itsm365.problem_comment_files
    UNION ALL
    SELECT 'task_comment_files', comment, uuid, title FROM itsm365.task_comment_files
)

SELECT 'ticket_files' AS source_table, uuid AS source_id, uuid, ticket AS about, CAST(NULL AS VARCHAR) AS comment, title, created_at, author FROM itsm365.ticket_files
UNION ALL
SELECT 'change_files', uuid AS source_id, uuid, change, NULL, title, created_at, author FROM itsm365.change_files
UNION ALL
SELECT 'problem_files', uuid AS source_id, uuid, problem, NULL, title, created_at, author FROM itsm365.problem_files
UNION ALL
SELECT 'task_files', uuid AS source_id, uuid, task, NULL, title, created_at, author FROM itsm365.task_files
UNION ALL
SELECT named.source_table, named.comment || '/' || named.uuid, named.uuid, said.about, named.comment, named.title, NULL, NULL
FROM named
LEFT JOIN base_comment_texts AS said ON said.uuid = named.comment
