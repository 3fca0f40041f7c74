-- Values that differ
-- What Intercom holds is not what was written. At most 1,000 of a field are listed; the match rates count all of them.
-- all: deskferry reconcile --format json
SELECT
    differences."table",
    differences.source_key,
    links.source_url AS "source_key link",
    differences.intercom_id,
    links.intercom_url AS "intercom_id link",
    differences.field,
    differences.wanted AS "written",
    differences.found
FROM reconcile.differences AS differences
LEFT JOIN ledger.links AS links ON links.table_name = differences."table" AND links.source_key = differences.source_key
WHERE differences.reason IS NULL
ORDER BY differences."table", differences.source_key, differences.field
