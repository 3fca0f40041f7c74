-- Left out, by rule
-- Rows of the help desk that become no row in Intercom.
-- bars: rows
SELECT "table", rule, row_count AS "rows", example FROM reconcile.skipped ORDER BY row_count DESC, "table", rule
