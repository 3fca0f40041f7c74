-- every type has a title in mapping/types.csv, so that it is known what it becomes
-- severity: warn
SELECT 'conversations' AS table_name, 'itsm365:type:' || held.type AS source_key, 'mapping/types.csv does not know ' || held.type || ', of which there are ' || count(*) AS reason
FROM (
    SELECT type FROM itsm365.tickets
    UNION ALL SELECT type FROM itsm365.ous
    UNION ALL SELECT type FROM itsm365.employees
    UNION ALL SELECT type FROM itsm365.kb
    UNION ALL SELECT type FROM itsm365.cis
) AS held
LEFT JOIN mapping.types AS types ON types.type = held.type
WHERE types.type IS NULL AND held.type IS NOT NULL
GROUP BY held.type
