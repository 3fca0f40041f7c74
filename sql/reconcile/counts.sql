-- Every row of an Intercom table: what the transform made, what a check rejected, what the ledger says was loaded or refused,
-- and what the workspace holds. missing = loaded but not found.
WITH transformed AS (
    SELECT table_name, row_count
    FROM runs.tables
    WHERE schema_name = 'intercom' AND is_current
),

rejected AS (
    SELECT table_name, count(DISTINCT source_key) AS row_count FROM intercom.rejects GROUP BY table_name
),

sent AS (
    SELECT
        table_name,
        count(CASE WHEN state = 'done' THEN 1 END) AS loaded,
        count(CASE WHEN state = 'rejected' THEN 1 END) AS refused,
        count(CASE WHEN state = 'unknown' THEN 1 END) AS unknown
    FROM ledger.rows
    GROUP BY table_name
),

found AS (
    SELECT table_name, count(*) AS row_count FROM intercom_live.found GROUP BY table_name
)

SELECT
    transformed.table_name AS "table",
    transformed.row_count + coalesce(rejected.row_count, 0) AS made,
    coalesce(rejected.row_count, 0) AS rejected,
    transformed.row_count AS transformed,
    coalesce(sent.loaded, 0) AS loaded,
    coalesce(sent.refused, 0) AS refused,
    coalesce(sent.unknown, 0) AS unknown,
    coalesce(found.row_count, 0) AS in_intercom,
    coalesce(sent.loaded, 0) - coalesce(found.row_count, 0) AS missing,
    transformed.row_count - coalesce(sent.loaded, 0) - coalesce(sent.refused, 0) - coalesce(sent.unknown, 0) AS open
FROM transformed
LEFT JOIN rejected ON rejected.table_name = transformed.table_name
LEFT JOIN sent ON sent.table_name = transformed.table_name
LEFT JOIN found ON found.table_name = transformed.table_name
WHERE transformed.table_name IN (
    'attributes', 'tags', 'companies', 'contacts', 'notes', 'collections', 'articles', 'conversations', 'conversation_parts',
    'attachments', 'custom_objects')
    OR sent.table_name IS NOT NULL
ORDER BY transformed.table_name
