-- Every source row has exactly one disposition: loaded, merged, skipped, rejected, inventory, or open (not loaded yet).
-- `source` is the source's own count, taken apart from the reading. balance must be 0.
WITH targets AS (
    SELECT
        dispositions.*,
        row_number() OVER (PARTITION BY target_table, target_key, source_table ORDER BY source_id) AS nth
    FROM intercom.dispositions AS dispositions
),

judged AS (
    SELECT
        targets.source_table,
        CASE
            WHEN targets.target_key IS NULL THEN 'skipped'
            WHEN targets.target_table IN ('inventory', 'saved_replies', 'admins', 'teams') THEN 'inventory'
            WHEN rejects.source_key IS NOT NULL OR steps.state = 'rejected' THEN 'rejected'
            WHEN steps.state = 'done' AND targets.nth = 1 THEN 'loaded'
            WHEN steps.state = 'done' THEN 'merged'
            ELSE 'open'
        END AS disposition
    FROM targets
    LEFT JOIN (SELECT DISTINCT table_name, source_key FROM intercom.rejects) AS rejects
        ON rejects.table_name = targets.target_table AND rejects.source_key = targets.target_key
    LEFT JOIN ledger.rows AS steps
        ON steps.table_name = targets.target_table AND steps.source_key = targets.target_key
),

sums AS (
    SELECT
        source_table,
        count(*) AS accounted,
        count(CASE WHEN disposition = 'loaded' THEN 1 END) AS loaded,
        count(CASE WHEN disposition = 'merged' THEN 1 END) AS merged,
        count(CASE WHEN disposition = 'skipped' THEN 1 END) AS skipped,
        count(CASE WHEN disposition = 'rejected' THEN 1 END) AS rejected,
        count(CASE WHEN disposition = 'inventory' THEN 1 END) AS inventory,
        count(CASE WHEN disposition = 'open' THEN 1 END) AS open
    FROM judged
    GROUP BY source_table
)

SELECT
    staged.table_name AS "table",
    coalesce(staged.source_rows, staged.row_count) AS source,
    staged.row_count AS staged,
    sums.loaded,
    sums.merged,
    sums.skipped,
    sums.rejected,
    sums.inventory,
    sums.open,
    coalesce(staged.source_rows, staged.row_count) - sums.accounted AS balance
FROM runs.tables AS staged
JOIN sums ON sums.source_table = staged.table_name
WHERE staged.stage = 'extract' AND staged.is_current AND staged.schema_name = (SELECT value FROM settings WHERE key = 'source.kind')
ORDER BY staged.table_name
