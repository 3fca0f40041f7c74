-- How long it took
-- The newest run of each stage; writes are calls that change something in Intercom, as the ledger has them.
-- bars: seconds
WITH writes AS (
    SELECT run, count(*) AS calls FROM ledger.entries WHERE state <> 'intended' AND method IS NOT NULL GROUP BY run
)

SELECT
    CASE WHEN published.schema_name = 'intercom_live' THEN 'read back' ELSE published.stage END AS stage,
    round(published.seconds, 1) AS seconds,
    published.row_count AS "rows",
    CASE WHEN published.seconds > 0 THEN round(published.row_count / published.seconds) END AS "rows a second",
    writes.calls AS writes,
    CASE WHEN published.seconds > 0 THEN round(writes.calls / published.seconds) END AS "writes a second"
FROM runs.published AS published
LEFT JOIN writes ON writes.run = published.run
WHERE published.run IN (SELECT max(run) FROM runs.published GROUP BY schema_name)
ORDER BY published.run
