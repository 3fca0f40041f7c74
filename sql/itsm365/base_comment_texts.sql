-- one row per comment of a ticket, change, problem or task, with its text as HTML; key: uuid
WITH listed AS (
    SELECT 'ticket_comments' AS source_table, uuid, ticket AS about, text, private, author, author_name, created_at FROM itsm365.ticket_comments
    UNION ALL
    SELECT 'change_comments', uuid, change, text, private, author, author_name, created_at FROM itsm365.change_comments
    UNION ALL
    SELECT 'problem_comments', uuid, problem, text, private, author, author_name, created_at FROM itsm365.problem_comments
    UNION ALL
    SELECT 'task_comments', uuid, task, text, private, author, author_name, created_at FROM itsm365.task_comments
)

SELECT
    source_table,
    uuid,
    about,
    coalesce(private, FALSE)                                                                AS private,
    author,
    nullif(trim(author_name), '')                                                           AS author_name,
    created_at,
    CASE
        WHEN regexp_replace(html_to_text(text), '[\s\x{a0}\x{200b}]+', '', 'g') = '' THEN NULL
        WHEN regexp_like(text, '<[a-zA-Z/!]') THEN clean_html(text)
        ELSE text_to_html(text)
    END                                                                                     AS body
FROM listed
