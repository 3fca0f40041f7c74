-- Kept back, by reason
-- By a check of ours before the load, or by Intercom.
-- bars: rows
SELECT
    refused."table",
    refused.stage,
    refused.reason,
    count(*) AS "rows",
    min(refused.source_key) AS example,
    min(links.source_url) AS "example link"
FROM reconcile.refused AS refused
LEFT JOIN ledger.links AS links ON links.table_name = refused."table" AND links.source_key = refused.source_key
GROUP BY refused."table", refused.stage, refused.reason
ORDER BY count(*) DESC, refused."table", refused.reason
