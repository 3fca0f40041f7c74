-- one row per message or note of a conversation, not yet in order; key: source_key
-- rank settles what comes first at the same moment: the opening, comments, files, approvals, problems, tasks. The resolution is always last.
-- A file that was attached to the ticket later, and that no comment and no text has, is a message of its own, of whoever attached it.
WITH threads AS (
    SELECT * FROM base_tickets WHERE fate = 'conversation'
),

openings AS (
    SELECT
        'itsm365:message:' || substr(tickets.source_key, 9)                                 AS source_key,
        tickets.source_key                                                                  AS conversation_key,
        'message'                                                                           AS part_type,
        'contact'                                                                           AS author_type,
        requesters.contact_key                                                              AS author_key,
        requesters.name                                                                     AS author_name,
        coalesce(nullif(trim(html_to_text(clean_html(tickets.html))), ''), tickets.title)   AS body,
        tickets.created_at,
        0                                                                                   AS rank,
        CAST(0 AS BIGINT)                                                                   AS nth
    FROM threads AS tickets
    JOIN base_ticket_people AS requesters ON requesters.ticket = tickets.uuid AND requesters.position = 0
),

comments AS (
    SELECT source_key, conversation_key, part_type, author_type, author_key, author_name, body, created_at, 1 AS rank, nth
    FROM base_comments
),

told_files AS (
    SELECT uuid FROM base_listed_files WHERE comment IS NOT NULL
    UNION
    SELECT uuid FROM base_pictures WHERE uuid IS NOT NULL
),

late_files AS (
    SELECT
        'itsm365:file_message:' || split_part(files.uuid, '$', 2)                           AS source_key,
        tickets.source_key                                                                  AS conversation_key,
        'comment',
        CASE WHEN files.author = tickets.client_employee OR agents.uuid IS NULL AND people.contact_key IS NOT NULL THEN 'contact' ELSE 'admin' END,
        CASE WHEN files.author = tickets.client_employee THEN requesters.contact_key WHEN agents.uuid IS NOT NULL THEN agents.source_key ELSE people.contact_key END,
        coalesce(agents.name, people.name, 'ITSM 365'),
        '<p>' || escape_html(coalesce(nullif(trim(files.title), ''), 'file')) || '</p>',
        files.created_at, 2, TRY_CAST(split_part(files.uuid, '$', 2) AS BIGINT)
    FROM base_listed_files AS files
    JOIN threads AS tickets ON tickets.uuid = files.about AND files.created_at > tickets.created_at + INTERVAL '10 minutes'
    JOIN base_ticket_people AS requesters ON requesters.ticket = tickets.uuid AND requesters.position = 0
    LEFT JOIN told_files ON told_files.uuid = files.uuid
    LEFT JOIN base_agents AS agents ON agents.uuid = files.author
    LEFT JOIN base_people AS people ON people.uuid = files.author
    WHERE told_files.uuid IS NULL
),

approvals AS (
    SELECT
        approvals.source_key,
        tickets.source_key                                                                  AS conversation_key,
        'note', 'admin', CAST(NULL AS VARCHAR), 'ITSM 365',
        '<p>ITSM 365: approval “' || escape_html(approvals.name) || '”: ' || escape_html(coalesce(approvals.status, 'no result')) || '</p>'
            || coalesce('<p>' || escape_html(approvals.answers) || '</p>', ''),
        approvals.created_at, 3, TRY_CAST(split_part(approvals.uuid, '$', 2) AS BIGINT)
    FROM base_approvals AS approvals
    JOIN threads AS tickets ON tickets.uuid = approvals.source
    CROSS JOIN base_settings
    WHERE base_settings.history = 'notes'
),

problems AS (
    SELECT
        'itsm365:problem_note:' || split_part(links.uuid, '$', 2) || ':' || split_part(links.ticket, '$', 2),
        links.conversation_key,
        'note', 'admin', CAST(NULL AS VARCHAR), 'ITSM 365',
        '<p>ITSM 365: problem ' || escape_html(problems.name) || coalesce(', ' || escape_html(problems.subject), '') || ': ' || escape_html(coalesce(problems.status, 'no status')) || '</p>'
            || coalesce('<p>Root cause: ' || escape_html(problems.root_cause) || '</p>', '')
            || CASE WHEN problems.known_error THEN '<p>Known error</p>' ELSE '' END
            || coalesce('<p>Workaround: ' || escape_html(problems.workaround) || '</p>', '')
            || coalesce('<p>' || escape_html(problems.description) || '</p>', '') || coalesce('<p>' || text_to_html(problems.comments) || '</p>', ''),
        problems.created_at, 4, TRY_CAST(split_part(problems.uuid, '$', 2) AS BIGINT)
    FROM base_links AS links
    JOIN base_problems AS problems ON problems.uuid = links.uuid AND links.kind = 'problem'
    CROSS JOIN base_settings
    WHERE base_settings.problems = 'note'
),

tasks AS (
    SELECT
        'itsm365:task_note:' || split_part(links.uuid, '$', 2) || ':' || split_part(links.ticket, '$', 2),
        links.conversation_key,
        'note', 'admin', CAST(NULL AS VARCHAR), 'ITSM 365',
        '<p>ITSM 365: task ' || escape_html(concat_ws(', ', tasks.name, tasks.subject)) || ': ' || escape_html(coalesce(tasks.status, 'no status')) || '</p>'
            || coalesce('<p>Responsible: ' || escape_html(tasks.responsible) || '</p>', '')
            || coalesce('<p>Due: ' || to_char(tasks.due_at, '%Y-%m-%d %H:%M') || ' UTC</p>', '')
            || coalesce('<p>' || text_to_html(tasks.description) || '</p>', '') || coalesce('<p>' || text_to_html(tasks.comments) || '</p>', ''),
        tasks.created_at, 5, TRY_CAST(split_part(tasks.uuid, '$', 2) AS BIGINT)
    FROM base_links AS links
    JOIN base_tasks AS tasks ON tasks.uuid = links.uuid AND links.kind = 'task'
),

resolutions AS (
    SELECT
        'itsm365:resolution:' || substr(tickets.source_key, 9),
        tickets.source_key,
        'comment', 'admin', agents.source_key, coalesce(agents.name, tickets.solved_by_name, tickets.responsible_name, 'ITSM 365'),
        clean_html(tickets.resolution),
        coalesce(tickets.resolved_at, tickets.updated_at, tickets.created_at), 9, CAST(0 AS BIGINT)
    FROM threads AS tickets
    LEFT JOIN base_agents AS agents ON agents.uuid = coalesce(tickets.solved_by, tickets.responsible_employee)
    WHERE trim(html_to_text(clean_html(tickets.resolution))) <> ''
)

SELECT * FROM openings
UNION ALL
SELECT * FROM comments
UNION ALL
SELECT * FROM late_files
UNION ALL
SELECT * FROM approvals
UNION ALL
SELECT * FROM problems
UNION ALL
SELECT * FROM tasks
UNION ALL
SELECT * FROM resolutions
