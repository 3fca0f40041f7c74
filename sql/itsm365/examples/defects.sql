-- Which values of the tenant did not fit their column, which attributes does it not have, and why?
SELECT table_name, column_name, reason, count(*) AS defects, min(raw) AS example
FROM itsm365._defects
GROUP BY table_name, column_name, reason
ORDER BY defects DESC, table_name, column_name, reason
