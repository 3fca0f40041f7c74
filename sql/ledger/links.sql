-- one row per row of an Intercom table that a person can look at; key: (table_name, source_key)
-- Where the help desk shows it and where Intercom's app does: a message, a file or a note is shown where its thread or person is.
WITH app AS (
    SELECT
        (SELECT max(value) FROM intercom.settings WHERE key = 'intercom.app_url') AS url,
        (SELECT max(detail ->> 'workspace') FROM ledger.entries WHERE table_name = '_load' AND step = 'begin') AS workspace
),

rows_there_are AS (
    SELECT 'conversations' AS table_name, source_key, 'conversations' AS page_table, source_key AS page_key FROM intercom.conversations
    UNION ALL
    SELECT 'contacts' AS table_name, source_key, 'contacts' AS page_table, source_key AS page_key FROM intercom.contacts
    UNION ALL
    SELECT 'companies' AS table_name, source_key, 'companies' AS page_table, source_key AS page_key FROM intercom.companies
    UNION ALL
    SELECT 'articles' AS table_name, source_key, 'articles' AS page_table, source_key AS page_key FROM intercom.articles
    UNION ALL
    SELECT 'conversation_parts' AS table_name, source_key, 'conversations' AS page_table, conversation_key AS page_key FROM intercom.conversation_parts
    UNION ALL
    SELECT 'attachments' AS table_name, files.source_key, 'conversations' AS page_table, parts.conversation_key AS page_key
    FROM intercom.attachments AS files
    JOIN intercom.conversation_parts AS parts ON parts.source_key = files.part_key
    UNION ALL
    SELECT
        'notes' AS table_name,
        notes.source_key,
        CASE WHEN companies.source_key IS NULL THEN 'contacts' ELSE 'companies' END AS page_table,
        notes.parent_key AS page_key
    FROM intercom.notes AS notes
    LEFT JOIN intercom.companies AS companies ON companies.source_key = notes.parent_key
    UNION ALL
    -- A check has kept it back.
    SELECT 'attachments' AS table_name, rejects.source_key, 'conversations' AS page_table, parts.conversation_key AS page_key
    FROM intercom.rejects AS rejects
    JOIN intercom.conversation_parts AS parts ON parts.source_key = (rejects."row" ->> 'part_key')
    WHERE rejects.table_name = 'attachments'
    UNION ALL
    SELECT table_name, source_key, 'conversations' AS page_table, coalesce(("row" ->> 'conversation_key'), source_key) AS page_key
    FROM intercom.rejects
    WHERE table_name IN ('conversations', 'conversation_parts')
    UNION ALL
    SELECT table_name, source_key, table_name AS page_table, source_key AS page_key
    FROM intercom.rejects
    WHERE table_name IN ('contacts', 'companies', 'articles')
)

SELECT
    rows_there_are.table_name,
    rows_there_are.source_key,
    source.url AS source_url,
    CASE rows_there_are.page_table
        WHEN 'conversations' THEN app.url || '/a/inbox/' || app.workspace || '/inbox/conversation/' || pages.intercom_id
        WHEN 'contacts' THEN app.url || '/a/apps/' || app.workspace || '/users/' || pages.intercom_id
        WHEN 'companies' THEN app.url || '/a/apps/' || app.workspace || '/companies/' || pages.intercom_id
        WHEN 'articles' THEN app.url || '/a/apps/' || app.workspace || '/articles/articles/' || pages.intercom_id || '/show'
    END AS intercom_url
FROM rows_there_are
CROSS JOIN app
LEFT JOIN intercom.source_links AS source ON source.source_key = rows_there_are.page_key
LEFT JOIN ledger.rows AS pages
    ON pages.table_name = rows_there_are.page_table AND pages.source_key = rows_there_are.page_key AND pages.state = 'done'
