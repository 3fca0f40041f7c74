-- one row per ticket, change, problem and task, and what becomes of it; key: uuid
-- thread_key: the conversation that it is, if it is one. A problem or task that is told in notes is told in the note of each of its
-- conversations: the first stands for all; one that no conversation is linked with is in the inventory.
WITH notes AS (
    SELECT links.uuid, min(parts.source_key) AS part_key
    FROM base_links AS links
    JOIN conversation_parts AS parts
        ON parts.source_key = 'itsm365:' || links.kind || '_note:' || split_part(links.uuid, '$', 2) || ':' || split_part(links.ticket, '$', 2)
    WHERE links.kind IN ('problem', 'task')
    GROUP BY links.uuid
)

SELECT
    uuid,
    kind,
    CASE WHEN fate = 'conversation' THEN source_key END                                     AS thread_key,
    CASE WHEN fate = 'object' THEN 'custom_objects' ELSE 'conversations' END                AS target_table,
    CASE WHEN fate <> 'archived' THEN source_key END                                        AS target_key,
    CASE WHEN fate = 'archived' THEN 'archived in ITSM 365, and [source] archived leaves it out' END AS rule
FROM base_tickets
UNION ALL
SELECT
    problems.uuid,
    'problem',
    NULL,
    CASE WHEN objects.source_key IS NOT NULL THEN 'custom_objects' WHEN notes.part_key IS NOT NULL THEN 'conversation_parts' ELSE 'inventory' END,
    coalesce(objects.source_key, notes.part_key, 'itsm365:inventory:' || replace(problems.uuid, '$', ':')),
    NULL
FROM base_problems AS problems
LEFT JOIN custom_objects AS objects ON objects.source_key = problems.source_key
LEFT JOIN notes ON notes.uuid = problems.uuid
UNION ALL
SELECT
    tasks.uuid,
    'task',
    NULL,
    CASE WHEN notes.part_key IS NOT NULL THEN 'conversation_parts' ELSE 'inventory' END,
    coalesce(notes.part_key, 'itsm365:inventory:' || replace(tasks.uuid, '$', ':')),
    NULL
FROM base_tasks AS tasks
LEFT JOIN notes ON notes.uuid = tasks.uuid
