-- one row per row that has changed since it was sent in a way that Intercom cannot follow; key: (table_name, source_key)
-- As the newest load that looked at the row has told.
SELECT table_name, source_key
FROM (
    SELECT table_name, source_key, code, row_number() OVER (PARTITION BY table_name, source_key ORDER BY run DESC) AS nth
    FROM load.results__runs
    WHERE state <> 'not_sent'
) AS results
WHERE nth = 1 AND code = 'drift'
