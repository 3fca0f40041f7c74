-- one row per employee who answers tickets; key: itsm365:employee:<number>
WITH needed AS (
    SELECT author_key AS admin_key FROM conversation_parts WHERE author_type = 'admin'
    UNION
    SELECT assignee_key AS admin_key FROM conversations
    UNION
    SELECT closed_by_key AS admin_key FROM conversations
    UNION
    SELECT author_key AS admin_key FROM articles
    UNION
    SELECT author_key AS admin_key FROM internal_articles
)

SELECT agents.source_key, agents.name, agents.email, agents.active, needed.admin_key IS NOT NULL AS used
FROM base_agents AS agents
LEFT JOIN needed ON needed.admin_key = agents.source_key
