-- Which conversations are assigned to somebody who is gone?
SELECT
    coalesce(admins.name, conversations.assignee_name) AS agent,
    conversations.state,
    count(*) AS conversations,
    min(conversations.source_key) AS example
FROM intercom.conversations AS conversations
LEFT JOIN intercom.admins AS admins ON admins.source_key = conversations.assignee_key
WHERE (admins.source_key IS NOT NULL AND NOT admins.active)
    OR (conversations.assignee_key IS NULL AND conversations.assignee_name IS NOT NULL)
GROUP BY coalesce(admins.name, conversations.assignee_name), conversations.state
ORDER BY agent, conversations.state
