-- Rows that did not reach the workspace, with the reason.
SELECT table_name AS "table", source_key, 'rejected by a check' AS stage, reason
FROM intercom.rejects
UNION ALL
SELECT sent.table_name, sent.source_key, 'refused by Intercom', concat_ws(' ', CAST(sent.status AS VARCHAR), sent.code, sent.message)
FROM ledger.rows AS sent
LEFT JOIN ledger.gone AS gone ON gone.table_name = sent.table_name AND gone.source_key = sent.source_key
WHERE sent.state IN ('rejected', 'unknown') AND gone.source_key IS NULL
ORDER BY 1, 2
