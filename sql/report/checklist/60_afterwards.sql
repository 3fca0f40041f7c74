-- After the load
SELECT task, place
FROM (
    SELECT 1 AS position, 'Import saved_replies.csv as macros: ' || count(*) || ' canned answers' AS task, 'Settings > Inbox > Macros' AS place
    FROM intercom.saved_replies
    HAVING count(*) > 0
    UNION ALL
    SELECT 2, 'Prove that everything arrived', 'deskferry reconcile'
    UNION ALL
    SELECT 3, 'Bring what has come in meanwhile', 'deskferry extract --since-last, transform, load'
    UNION ALL
    SELECT 4, 'Switch on again what was switched off', NULL
) AS steps
ORDER BY position
