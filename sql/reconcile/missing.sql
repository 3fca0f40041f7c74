-- Rows that the ledger says are loaded and that the workspace does not hold; not those that are gone from the source, too.
SELECT sent.table_name AS "table", sent.source_key, sent.intercom_id, sent.parent_id AS inside
FROM ledger.rows AS sent
LEFT JOIN intercom_live.found AS found ON found.table_name = sent.table_name AND found.source_key = sent.source_key
LEFT JOIN ledger.gone AS gone ON gone.table_name = sent.table_name AND gone.source_key = sent.source_key
WHERE sent.state = 'done' AND found.source_key IS NULL AND gone.source_key IS NULL
ORDER BY sent.table_name, sent.source_key
