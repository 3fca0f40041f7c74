-- How far each table came
-- Rows of each Intercom table: made of the help desk's rows, let through by the checks, taken by Intercom, found there when it was
-- read back, and verified: every value is there as it was written. Gone rows were loaded, and the help desk does not have them any more.
-- bars: made, transformed, loaded, found, verified
SELECT
    "table",
    made,
    transformed,
    loaded,
    in_intercom AS found,
    verified,
    nullif(differing, 0) AS differing,
    nullif(missing, 0) AS missing,
    nullif(refused, 0) AS refused,
    nullif(unknown, 0) AS unknown,
    nullif("open", 0) AS "not loaded",
    nullif(gone, 0) AS gone
FROM reconcile.counts
WHERE made > 0 OR loaded > 0 OR gone > 0
ORDER BY "table"
