-- What did Intercom refuse, with which words, and which row is one of them?
SELECT table_name, step, status, code, message, count(*) AS refused, min(source_key) AS example
FROM ledger.steps
WHERE state = 'rejected'
GROUP BY table_name, step, status, code, message
ORDER BY refused DESC, table_name, step, example
