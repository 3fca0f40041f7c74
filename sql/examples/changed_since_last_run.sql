-- How many rows has each table now, and how many had it one run before?
WITH numbered AS (
    SELECT
        schema_name,
        table_name,
        run,
        row_count,
        row_number() OVER (PARTITION BY schema_name, table_name ORDER BY run DESC) AS nth
    FROM runs.tables
)

SELECT
    newest.schema_name,
    newest.table_name,
    earlier.row_count AS rows_before,
    newest.row_count AS rows_now,
    newest.row_count - coalesce(earlier.row_count, 0) AS difference
FROM numbered AS newest
LEFT JOIN numbered AS earlier
    ON earlier.schema_name = newest.schema_name AND earlier.table_name = newest.table_name AND earlier.nth = 2
WHERE newest.nth = 1
ORDER BY newest.schema_name, newest.table_name
