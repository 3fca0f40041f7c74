-- What becomes of it in Intercom
-- Rows per object that a load sends, and what the checks keep back. Teammates and teams are matched, never created.
WITH contract AS (
    SELECT unnest(make_array('companies', 'contacts', 'notes', 'tags', 'attributes', 'collections', 'articles', 'internal_articles', 'conversations',
        'conversation_parts', 'attachments', 'custom_objects', 'saved_replies', 'admins', 'teams', 'inventory')) AS table_name
),

rejected AS (
    SELECT table_name, count(DISTINCT source_key) AS row_count FROM intercom.rejects GROUP BY table_name
)

SELECT made.table_name AS object, made.row_count AS "rows", coalesce(rejected.row_count, 0) AS "kept back"
FROM contract
JOIN runs.tables AS made ON made.table_name = contract.table_name AND made.schema_name = 'intercom' AND made.is_current
LEFT JOIN rejected ON rejected.table_name = made.table_name
WHERE made.row_count > 0 OR rejected.row_count > 0
ORDER BY made.table_name
