-- one row per row that was sent and that the source does not give any more; key: (table_name, source_key)
-- Nothing is deleted in Intercom because of it: where state is done, somebody has to decide. A row that a check rejects now is
-- not gone.
WITH given AS (
    SELECT 'attributes' AS table_name, source_key FROM intercom.attributes
    UNION ALL
    SELECT 'tags', source_key FROM intercom.tags
    UNION ALL
    SELECT 'companies', source_key FROM intercom.companies
    UNION ALL
    SELECT 'contacts', source_key FROM intercom.contacts
    UNION ALL
    SELECT 'notes', source_key FROM intercom.notes
    UNION ALL
    SELECT 'collections', source_key FROM intercom.collections
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
    UNION ALL
    SELECT 'custom_objects', source_key FROM intercom.custom_objects
    UNION ALL
    SELECT DISTINCT table_name, source_key FROM intercom.rejects
),

sent AS (
    SELECT table_name, source_key, state, intercom_id, parent_id, "at", run
    FROM ledger.rows
    WHERE state IN ('done', 'rejected', 'unknown')
)

SELECT sent.table_name, sent.source_key, sent.state, sent.intercom_id, sent.parent_id, sent."at", sent.run
FROM sent
LEFT JOIN given ON given.table_name = sent.table_name AND given.source_key = sent.source_key
WHERE given.source_key IS NULL AND sent.table_name IN (
    'attributes', 'tags', 'companies', 'contacts', 'notes', 'collections', 'articles', 'internal_articles',
    'conversations', 'conversation_parts', 'attachments', 'custom_objects')
