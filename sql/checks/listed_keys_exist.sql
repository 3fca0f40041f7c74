-- tags, participants and companies in a row's lists are there; else the loader leaves them out
-- severity: warn
WITH lists AS (
    SELECT 'contacts' AS table_name, source_key, 'tag' AS kind, tag_keys AS keys FROM intercom.contacts
    UNION ALL
    SELECT 'contacts' AS table_name, source_key, 'company' AS kind, company_keys AS keys FROM intercom.contacts
    UNION ALL
    SELECT 'companies' AS table_name, source_key, 'tag' AS kind, tag_keys AS keys FROM intercom.companies
    UNION ALL
    SELECT 'articles' AS table_name, source_key, 'tag' AS kind, tag_keys AS keys FROM intercom.articles
    UNION ALL
    SELECT 'conversations' AS table_name, source_key, 'tag' AS kind, tag_keys AS keys FROM intercom.conversations
    UNION ALL
    SELECT 'conversations' AS table_name, source_key, 'participant' AS kind, participant_keys AS keys FROM intercom.conversations
),

items AS (
    SELECT table_name, source_key, kind, unnest(json_get_array(keys)) AS json
    FROM lists
    WHERE keys IS NOT NULL
),

known AS (
    SELECT 'tag' AS kind, source_key FROM intercom.tags
    UNION ALL
    SELECT 'company' AS kind, source_key FROM intercom.companies
    UNION ALL
    SELECT 'participant' AS kind, source_key FROM intercom.contacts
)

SELECT items.table_name, items.source_key, items.kind || ' ' || items.json || ' is unknown' AS reason
FROM items
LEFT JOIN known ON known.kind = items.kind AND '"' || known.source_key || '"' = items.json
WHERE known.source_key IS NULL
