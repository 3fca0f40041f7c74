-- one row per ticket, change, problem and article that ITSM 365 still shows; key: source_key
-- As employees see it, who have to be logged in.
SELECT 'itsm365:' || replace(rows.uuid, '$', ':') AS source_key, base_settings.site_url || '/operator/#uuid:' || rows.uuid AS url
FROM (
    SELECT uuid FROM itsm365.tickets
    UNION ALL
    SELECT uuid FROM itsm365.changes
    UNION ALL
    SELECT uuid FROM itsm365.problems
    UNION ALL
    SELECT uuid FROM itsm365.kb
    UNION ALL
    SELECT uuid FROM itsm365.employees
) AS rows
CROSS JOIN base_settings
WHERE base_settings.site_url IS NOT NULL
