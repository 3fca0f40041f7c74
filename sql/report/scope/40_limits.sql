-- Limits of Intercom that this desk comes near
-- Only those that something here reaches or may reach; figures as published, to be confirmed for the plan of the workspace.
WITH threads AS (
    SELECT conversation_key, count(*) AS messages FROM intercom.conversation_parts GROUP BY conversation_key
),

files AS (
    SELECT part_key, count(*) AS files FROM intercom.attachments GROUP BY part_key
),

measured AS (
    SELECT
        1 AS place,
        'attributes of contacts and companies' AS what,
        count(*) AS found,
        '250 active in a workspace' AS "limit",
        'archive attributes that nobody uses, or leave some out in mapping/attributes.csv' AS "what to do",
        200 AS near
    FROM intercom.attributes
    WHERE model IN ('contact', 'company')
    UNION ALL
    SELECT 2, 'threads of more than 500 messages', count(*), '500 messages of a thread can be read back',
        'written whole; what lies beyond 500 cannot be verified by API', 1
    FROM threads
    WHERE messages > 500
    UNION ALL
    SELECT 3, 'files of more than 20 MB', count(*), '100 MB; 20 MB where they leave by e-mail',
        'larger than 100 MB: kept back and listed in intercom.rejects', 1
    FROM intercom.attachments
    WHERE size > 20000000
    UNION ALL
    SELECT 4, 'messages with more than 10 files', count(*), '10 files a call', 'sent as further messages of the same author and time', 1
    FROM files
    WHERE files > 10
    UNION ALL
    SELECT 5, 'teammates who need a seat', count(*), 'seats of the plan', 'a placeholder teammate can stand in for those who left', 1
    FROM intercom.admins
    WHERE used
    UNION ALL
    SELECT 6, 'canned answers', count(*), 'no API creates macros', 'import saved_replies.csv by hand, or load them as snippets', 1
    FROM intercom.saved_replies
    UNION ALL
    SELECT 7, 'types of custom objects', count(DISTINCT object_type), 'made by hand, as many as the plan allows', 'see the checklist', 1
    FROM intercom.custom_objects
)

SELECT what, found, "limit", "what to do"
FROM measured
WHERE found >= near
ORDER BY place
