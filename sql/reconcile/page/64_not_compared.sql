-- What is not compared, and why
-- Everything else that was written is in the match rates above.
SELECT "table", "column", row_count AS "rows", reason FROM reconcile.not_compared ORDER BY "table", "column"
