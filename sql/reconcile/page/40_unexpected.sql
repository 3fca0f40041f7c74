-- In Intercom and never sent
-- Messages, files, notes, threads and contacts where only what was sent should be.
-- all: deskferry sql --file sql/reconcile/unexpected.sql
SELECT
    unexpected."table",
    unexpected.source_key AS "in or like",
    links.source_url AS "in or like link",
    unexpected.intercom_id,
    links.intercom_url AS "intercom_id link",
    unexpected.what
FROM reconcile.unexpected AS unexpected
LEFT JOIN (
    SELECT source_key, max(source_url) AS source_url, max(intercom_url) AS intercom_url FROM ledger.links GROUP BY source_key
) AS links ON links.source_key = unexpected.source_key
ORDER BY unexpected."table", unexpected.source_key, unexpected.intercom_id
