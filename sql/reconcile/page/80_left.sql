-- Still to be done by hand
-- What no API does, and rows that somebody should look at.
SELECT task, why, place
FROM (
    SELECT 1 AS position, task, why, place FROM workspace.todo WHERE topic <> 'silence'
    UNION ALL
    SELECT 2, 'Look at: ' || table_name || ', ' || reason, count(*) || ' of them', 'SELECT * FROM intercom.warnings'
    FROM intercom.warnings
    GROUP BY table_name, reason
    UNION ALL
    SELECT 3, 'Rebuild ' || count(*) || ' × ' || kind, NULL, 'deskferry report inventory'
    FROM intercom.inventory
    WHERE kind NOT LIKE 'switch off%'
    GROUP BY kind
    UNION ALL
    SELECT 4, 'Import saved_replies.csv as macros', count(*) || ' canned answers', 'Settings > Inbox > Macros'
    FROM intercom.saved_replies
    HAVING count(*) > 0
    UNION ALL
    SELECT 5, 'Switch on again what was switched off before the load', NULL, 'deskferry report checklist'
) AS tasks
ORDER BY position, task
