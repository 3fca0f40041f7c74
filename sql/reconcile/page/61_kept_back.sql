-- Kept back, each row
-- all: deskferry sql --file sql/reconcile/refused.sql
SELECT
    refused."table",
    refused.source_key,
    links.source_url AS "source_key link",
    refused.stage,
    refused.reason
FROM reconcile.refused AS refused
LEFT JOIN ledger.links AS links ON links.table_name = refused."table" AND links.source_key = refused.source_key
ORDER BY refused."table", refused.source_key
