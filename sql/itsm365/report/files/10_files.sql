-- Files that Intercom has no place for
-- Of articles, and of changes, problems and tasks that are no conversations: a custom object holds no files. `deskferry report files
-- --package DIR` packs them, with this list. One without a file could not be had.
SELECT
    files.kind,
    files.about_name                                                                        AS "of",
    files.about_key                                                                         AS of_key,
    objects.intercom_id,
    files.name,
    -- A name without anything that a folder or a system takes for its own.
    CASE WHEN files.sha256 IS NOT NULL
        THEN replace(substr(files.source_key, length('itsm365:inventory:') + 1), ':', '-') || '-' || right(regexp_replace(files.name, '[^\p{L}\p{N}]+', '.', 'g'), 60)
    END                                                                                     AS file,
    files.sha256,
    files.size
FROM intercom.base_loose_files AS files
LEFT JOIN ledger.rows AS objects
    ON objects.source_key = files.about_key AND objects.state = 'done' AND objects.table_name IN ('articles', 'internal_articles', 'custom_objects')
ORDER BY files.kind, files.about_key, files.source_key
