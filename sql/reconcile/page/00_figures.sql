-- In figures
WITH sums AS (
    SELECT
        sum(made) AS made, sum(rejected) AS rejected, sum(loaded) AS loaded, sum(in_intercom) AS in_intercom,
        sum(refused) + sum(unknown) AS refused, sum(missing) AS missing, sum("open") AS "open"
    FROM reconcile.counts
)

SELECT figure, value
FROM (
    SELECT 1 AS position, 'rows made of the help desk' AS figure, made AS value FROM sums
    UNION ALL
    SELECT 2, 'found in Intercom', in_intercom FROM sums
    UNION ALL
    SELECT 3, 'loaded and not found', missing FROM sums
    UNION ALL
    SELECT 4, 'refused by Intercom, or unknown', refused FROM sums
    UNION ALL
    SELECT 5, 'not loaded yet', "open" FROM sums
    UNION ALL
    SELECT 6, 'kept back by checks', rejected FROM sums
) AS figures
ORDER BY position
