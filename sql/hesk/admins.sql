-- one row per staff member; key: hesk:user:<id>
WITH needed AS (
    SELECT author_key AS admin_key FROM base_messages WHERE author_type = 'admin' AND rank < 3
    UNION
    SELECT assignee_key AS admin_key FROM conversations
    UNION
    SELECT author_key AS admin_key FROM articles
)

SELECT staff.source_key, staff.name, staff.email, staff.active, needed.admin_key IS NOT NULL AS used
FROM base_staff AS staff
LEFT JOIN needed ON needed.admin_key = staff.source_key
