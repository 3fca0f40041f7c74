-- Values that are not what was written, row by row; with a reason where that is allowed (three examples of each).
-- At most 1,000 of a field; `fields` counts all of them.
SELECT "table", source_key, intercom_id, field, wanted, found, reason
FROM reconcile.differences
ORDER BY reason IS NOT NULL, "table", source_key, field
