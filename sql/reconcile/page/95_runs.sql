-- Runs
-- Everything above comes from these. `files` is the SHA-256 of the list of its Parquet files with their hashes, `sql` that of the
-- SQL, specs and mappings: as `sha256sum` gives it for lines of hash, two blanks and path.
-- all: deskferry runs
SELECT
    published.run,
    published.stage,
    published.started_at AS began,
    round(published.seconds, 1) AS seconds,
    published.row_count AS "rows",
    published.bytes,
    nullif(published."read", '') AS "read",
    published.tool_version AS version,
    nullif(published.files_sha256, '') AS files,
    nullif(published.sql_sha256, '') AS sql
FROM runs.published AS published
ORDER BY published.run DESC
