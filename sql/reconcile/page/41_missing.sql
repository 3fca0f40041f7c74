-- Loaded, and not in Intercom
-- all: deskferry sql --file sql/reconcile/missing.sql
SELECT
    missing."table",
    missing.source_key,
    links.source_url AS "source_key link",
    missing.intercom_id,
    links.intercom_url AS "intercom_id link"
FROM reconcile.missing AS missing
LEFT JOIN ledger.links AS links ON links.table_name = missing."table" AND links.source_key = missing.source_key
ORDER BY missing."table", missing.source_key
