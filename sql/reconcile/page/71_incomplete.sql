-- Not read whole
-- What the newest runs say of themselves: tables that the source did not give whole, and what is to be known of the rest.
SELECT published.stage, remarks.table_name AS "table", remarks.remark
FROM runs.remarks AS remarks
JOIN runs.published AS published ON published.run = remarks.run
WHERE remarks.run IN (SELECT max(run) FROM runs.published GROUP BY schema_name)
ORDER BY remarks.run, remarks.table_name, remarks.remark
