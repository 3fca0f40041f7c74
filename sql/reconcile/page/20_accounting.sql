-- What became of each row of the help desk
-- Every row ends in exactly one way. The balance is the source's own count less all of them: it must be 0.
-- stack: loaded, merged, inventory, skipped, rejected, open
SELECT
    "table",
    source,
    staged,
    nullif(loaded, 0) AS loaded,
    nullif(merged, 0) AS merged,
    nullif(inventory, 0) AS inventory,
    nullif(skipped, 0) AS skipped,
    nullif(rejected, 0) AS rejected,
    nullif("open", 0) AS "open",
    balance
FROM reconcile.accounting
WHERE source > 0 OR staged > 0
ORDER BY "table"
