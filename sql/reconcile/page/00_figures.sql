-- In figures
WITH sums AS (
    SELECT
        sum(made) AS made, sum(rejected) AS rejected, sum(verified) AS verified, sum(differing) AS differing,
        sum(refused) + sum(unknown) AS refused, sum(missing) AS missing, sum("open") AS "open"
    FROM reconcile.counts
),

unexpected AS (
    SELECT count(*) AS row_count FROM reconcile.unexpected
)

SELECT figure, value
FROM (
    SELECT 1 AS position, 'rows made of the help desk' AS figure, made AS value FROM sums
    UNION ALL
    SELECT 2, 'in Intercom as they were written', verified FROM sums
    UNION ALL
    SELECT 3, 'with a value that differs', differing FROM sums
    UNION ALL
    SELECT 4, 'loaded and not found', missing FROM sums
    UNION ALL
    SELECT 5, 'in Intercom and never sent', row_count FROM unexpected
    UNION ALL
    SELECT 6, 'refused by Intercom, or unknown', refused FROM sums
    UNION ALL
    SELECT 7, 'not loaded yet', "open" FROM sums
    UNION ALL
    SELECT 8, 'kept back by checks', rejected FROM sums
) AS figures
ORDER BY position
