-- columns with a fixed set of words hold one of them
-- severity: error
SELECT 'attributes' AS table_name, source_key, 'unknown model ' || model AS reason
FROM intercom.attributes
WHERE model NOT IN ('contact', 'company', 'conversation')
UNION ALL
SELECT 'attributes' AS table_name, source_key, 'unknown data_type ' || data_type AS reason
FROM intercom.attributes
WHERE data_type NOT IN ('string', 'integer', 'decimal', 'boolean', 'datetime', 'list', 'relationship')
UNION ALL
SELECT 'contacts' AS table_name, source_key, 'unknown role ' || role AS reason
FROM intercom.contacts
WHERE role NOT IN ('user', 'lead')
UNION ALL
SELECT 'articles' AS table_name, source_key, 'unknown state ' || state AS reason
FROM intercom.articles
WHERE state NOT IN ('published', 'draft')
UNION ALL
SELECT 'conversations' AS table_name, source_key, 'unknown state ' || state AS reason
FROM intercom.conversations
WHERE state NOT IN ('open', 'closed', 'snoozed')
UNION ALL
SELECT 'conversations' AS table_name, source_key, 'snoozed without an end' AS reason
FROM intercom.conversations
WHERE state = 'snoozed' AND snoozed_until IS NULL
UNION ALL
SELECT 'conversation_parts' AS table_name, source_key, 'unknown part_type ' || part_type AS reason
FROM intercom.conversation_parts
WHERE part_type NOT IN ('message', 'comment', 'note')
UNION ALL
SELECT 'conversation_parts' AS table_name, source_key, 'unknown author_type ' || author_type AS reason
FROM intercom.conversation_parts
WHERE author_type NOT IN ('contact', 'admin')
UNION ALL
SELECT 'conversation_parts' AS table_name, source_key, 'a note by a contact' AS reason
FROM intercom.conversation_parts
WHERE part_type = 'note' AND author_type <> 'admin'
