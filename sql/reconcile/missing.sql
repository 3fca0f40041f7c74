-- Rows that the ledger says are loaded and that the workspace does not hold.
SELECT sent.table_name AS "table", sent.source_key, sent.intercom_id
FROM ledger.rows AS sent
LEFT JOIN intercom_live.found AS found ON found.table_name = sent.table_name AND found.source_key = sent.source_key
WHERE sent.state = 'done' AND found.source_key IS NULL
ORDER BY sent.table_name, sent.source_key
