-- Which values of the account did not fit their column, and why?
SELECT table_name, column_name, reason, count(*) AS defects, min(raw) AS example
FROM infoset._defects
GROUP BY table_name, column_name, reason
ORDER BY defects DESC, table_name, column_name, reason
