-- one row per file or picture of a part; key: infoset:file:<table>:<key> or infoset:picture:<table>:<key>:<its place>
-- A file that could not be had has no sha256: a check rejects the row. The same picture twice in one part is one file.
SELECT
    source_key,
    part_key,
    row_number() OVER (PARTITION BY part_key ORDER BY nth, source_key)                      AS position,
    name,
    coalesce(content_type, 'application/octet-stream')                                      AS content_type,
    size,
    sha256
FROM base_files
WHERE part_key IS NOT NULL AND (place IS NULL OR occurrence = 1)
