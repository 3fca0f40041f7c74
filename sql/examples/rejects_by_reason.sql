-- Why were rows rejected, how many, and which is one of them?
SELECT table_name, coalesce(check_name, 'contract') AS check_name, reason, count(*) AS rejected, min(source_key) AS example
FROM intercom.rejects
GROUP BY table_name, coalesce(check_name, 'contract'), reason
ORDER BY rejected DESC, table_name, check_name, reason
