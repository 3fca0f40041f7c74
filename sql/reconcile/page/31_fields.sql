-- Match rates, field by field
-- Every field of every row that was written, beside what Intercom holds: the same, other in a way that Intercom is known to change
-- (and why that is allowed), or different.
SELECT
    "table" AS section,
    field,
    compared,
    same,
    nullif(allowed, 0) AS allowed,
    nullif(different, 0) AS different,
    round(100.0 * rate, 2) AS "match %",
    reasons AS "allowed because"
FROM reconcile.fields
ORDER BY "table", different DESC, field
