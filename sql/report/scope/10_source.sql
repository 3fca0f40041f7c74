-- What the source holds
-- Rows staged per table; where the source counts its own, both must agree.
SELECT table_name AS "table", row_count AS "rows staged", source_rows AS "rows in the source", CASE WHEN mode = 'delta' THEN 'changes only' END AS note
FROM runs.tables
WHERE schema_name = (SELECT value FROM intercom.settings WHERE key = 'source.kind')
    AND is_current
    AND row_count > 0
    AND table_name NOT LIKE '\_%'
ORDER BY table_name
