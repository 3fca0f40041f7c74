-- How far is the load: rows of each table by what became of them?
WITH wanted AS (
    SELECT 'companies' AS table_name, source_key FROM intercom.companies
    UNION ALL
    SELECT 'contacts', source_key FROM intercom.contacts
    UNION ALL
    SELECT 'articles', source_key FROM intercom.articles
    UNION ALL
    SELECT 'internal_articles', source_key FROM intercom.internal_articles
    UNION ALL
    SELECT 'conversations', source_key FROM intercom.conversations
    UNION ALL
    SELECT 'conversation_parts', source_key FROM intercom.conversation_parts
    UNION ALL
    SELECT 'attachments', source_key FROM intercom.attachments
)

SELECT wanted.table_name, coalesce(sent.state, 'not sent') AS state, count(*) AS row_count
FROM wanted
LEFT JOIN ledger.rows AS sent ON sent.table_name = wanted.table_name AND sent.source_key = wanted.source_key
GROUP BY wanted.table_name, coalesce(sent.state, 'not sent')
ORDER BY wanted.table_name, state
