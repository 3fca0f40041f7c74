-- Values that did not fit
-- Zero dates, bytes that are no text and the like: NULL in their column, kept as they came in `_extra`.
SELECT table_name AS "table", column_name AS "column", reason, count(*) AS "rows", min(key) AS example
FROM source.defects
GROUP BY table_name, column_name, reason
ORDER BY count(*) DESC, table_name, column_name, reason
