-- one row per file of the desk, with its bytes where they could be had; key: uuid
-- A file that is attached and named by a comment was asked for twice: it is what was had.
SELECT
    CASE WHEN strpos(key, '/') > 0 THEN split_part(key, '/', 2) ELSE key END                 AS uuid,
    nullif(trim(first_value(name ORDER BY CASE WHEN sha256 IS NULL THEN 1 ELSE 0 END)), '') AS name,
    first_value(sha256 ORDER BY CASE WHEN sha256 IS NULL THEN 1 ELSE 0 END)                 AS sha256,
    first_value(size ORDER BY CASE WHEN sha256 IS NULL THEN 1 ELSE 0 END)                   AS size,
    first_value(content_type ORDER BY CASE WHEN sha256 IS NULL THEN 1 ELSE 0 END)           AS content_type
FROM itsm365.files
WHERE place = ''
GROUP BY CASE WHEN strpos(key, '/') > 0 THEN split_part(key, '/', 2) ELSE key END
