-- one row per file or picture of a part; key: itsm365:file:<number> or itsm365:picture:<part>:<its place>
-- A file that could not be had has no sha256: a check rejects the row.
SELECT
    source_key,
    part_key,
    row_number() OVER (PARTITION BY part_key ORDER BY TRY_CAST(split_part(uuid, '$', 2) AS BIGINT) NULLS LAST, source_key) AS position,
    name,
    coalesce(content_type, 'application/octet-stream')                                      AS content_type,
    size,
    sha256
FROM base_files
