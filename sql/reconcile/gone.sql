-- Gone from the source, still in Intercom: rows that were loaded and that the source does not give any more. For information.
SELECT table_name AS "table", source_key, intercom_id, parent_id AS inside
FROM ledger.gone
WHERE state = 'done'
ORDER BY table_name, source_key
