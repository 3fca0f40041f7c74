-- Every field that was written beside what Intercom holds: the same, other in a way that is allowed (and why), or different.
-- rate = what is the same or allowed, of all that was compared.
SELECT "table", field, compared, same, allowed, different, rate, reasons
FROM reconcile.fields
ORDER BY "table", field
