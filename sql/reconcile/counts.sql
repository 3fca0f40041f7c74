-- Every row of an Intercom table: what the transform made, what a check rejected, what the ledger says was loaded or refused,
-- and what the workspace holds. missing = loaded but not found; differing = found with a value that is not what was written; verified =
-- found, and every value is as written or differs in a way that is allowed; gone = loaded and not in the source any more, counted nowhere else.
WITH transformed AS (
    SELECT table_name, row_count
    FROM runs.tables
    WHERE schema_name = 'intercom' AND is_current
),

rejected AS (
    SELECT table_name, count(DISTINCT source_key) AS row_count FROM intercom.rejects GROUP BY table_name
),

gone AS (
    SELECT table_name, source_key FROM ledger.gone
),

sent AS (
    SELECT
        steps.table_name,
        count(CASE WHEN steps.state = 'done' AND gone.source_key IS NULL THEN 1 END) AS loaded,
        count(CASE WHEN steps.state = 'rejected' AND gone.source_key IS NULL THEN 1 END) AS refused,
        count(CASE WHEN steps.state = 'unknown' AND gone.source_key IS NULL THEN 1 END) AS unknown,
        count(CASE WHEN steps.state = 'done' THEN gone.source_key END) AS gone
    FROM ledger.rows AS steps
    LEFT JOIN gone ON gone.table_name = steps.table_name AND gone.source_key = steps.source_key
    GROUP BY steps.table_name
),

found AS (
    SELECT live.table_name, count(*) AS row_count
    FROM intercom_live.found AS live
    LEFT JOIN gone ON gone.table_name = live.table_name AND gone.source_key = live.source_key
    WHERE gone.source_key IS NULL
    GROUP BY live.table_name
),

-- Conversations refer to custom objects, tickets do not: their attributes for that have no call.
unneeded AS (
    SELECT 'attributes' AS table_name, count(DISTINCT attributes.source_key) AS row_count
    FROM intercom.attributes AS attributes
    CROSS JOIN ledger.rows AS types
    WHERE attributes.data_type = 'relationship' AND types.table_name = 'ticket_types' AND types.state = 'done'
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
    coalesce(differing.row_count, 0) AS differing,
    greatest(coalesce(found.row_count, 0) - coalesce(differing.row_count, 0), 0) AS verified,
    transformed.row_count - coalesce(sent.loaded, 0) - coalesce(sent.refused, 0) - coalesce(sent.unknown, 0) - coalesce(unneeded.row_count, 0) AS open,
    coalesce(sent.gone, 0) AS gone
FROM transformed
LEFT JOIN rejected ON rejected.table_name = transformed.table_name
LEFT JOIN sent ON sent.table_name = transformed.table_name
LEFT JOIN found ON found.table_name = transformed.table_name
LEFT JOIN unneeded ON unneeded.table_name = transformed.table_name
LEFT JOIN reconcile.differing AS differing ON differing."table" = transformed.table_name
WHERE transformed.table_name IN (
    'attributes', 'tags', 'companies', 'contacts', 'notes', 'collections', 'articles', 'internal_articles', 'conversations',
    'conversation_parts', 'attachments', 'custom_objects')
    OR sent.table_name IS NOT NULL
ORDER BY transformed.table_name
