-- Rows that did not reach the workspace, with the reason.
SELECT table_name AS "table", source_key, 'rejected by a check' AS stage, reason
FROM intercom.rejects
UNION ALL
SELECT table_name, source_key, 'refused by Intercom', concat_ws(' ', CAST(status AS VARCHAR), code, message)
FROM ledger.rows
WHERE state IN ('rejected', 'unknown')
ORDER BY 1, 2
