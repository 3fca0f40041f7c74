-- teammates, teams, contacts and companies that rows name are there; else the loader leaves the reference out
-- severity: warn
WITH named AS (
    SELECT 'contacts' AS table_name, source_key, 'owner' AS role, owner_key AS named_key FROM intercom.contacts
    UNION ALL
    SELECT 'notes' AS table_name, source_key, 'author' AS role, author_key AS named_key FROM intercom.notes
    UNION ALL
    SELECT 'articles' AS table_name, source_key, 'author' AS role, author_key AS named_key FROM intercom.articles
    UNION ALL
    SELECT 'internal_articles' AS table_name, source_key, 'author' AS role, author_key AS named_key FROM intercom.internal_articles
    UNION ALL
    SELECT 'conversations' AS table_name, source_key, 'assignee' AS role, assignee_key AS named_key FROM intercom.conversations
    UNION ALL
    SELECT 'conversations' AS table_name, source_key, 'closed by' AS role, closed_by_key AS named_key FROM intercom.conversations
    UNION ALL
    SELECT 'conversation_parts' AS table_name, source_key, 'author' AS role, author_key AS named_key
    FROM intercom.conversation_parts
    WHERE author_type = 'admin'
)

SELECT named.table_name, named.source_key, named.role || ' is an unknown teammate' AS reason
FROM named
LEFT JOIN intercom.admins AS admins ON admins.source_key = named.named_key
WHERE named.named_key IS NOT NULL AND admins.source_key IS NULL
UNION ALL
SELECT 'conversation_parts' AS table_name, parts.source_key, 'author is an unknown contact' AS reason
FROM intercom.conversation_parts AS parts
LEFT JOIN intercom.contacts AS contacts ON contacts.source_key = parts.author_key
WHERE parts.author_type = 'contact' AND parts.author_key IS NOT NULL AND contacts.source_key IS NULL
UNION ALL
SELECT 'conversations' AS table_name, conversations.source_key, 'team is unknown' AS reason
FROM intercom.conversations AS conversations
LEFT JOIN intercom.teams AS teams ON teams.source_key = conversations.team_key
WHERE conversations.team_key IS NOT NULL AND teams.source_key IS NULL
UNION ALL
SELECT 'conversations' AS table_name, conversations.source_key, 'company is unknown' AS reason
FROM intercom.conversations AS conversations
LEFT JOIN intercom.companies AS companies ON companies.source_key = conversations.company_key
WHERE conversations.company_key IS NOT NULL AND companies.source_key IS NULL
