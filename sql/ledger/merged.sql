-- one row per contact of the source that shares its contact in Intercom with one loaded before it; key: source_key
WITH made AS (
    SELECT entries.source_key, entries.intercom_id, min(entries.seq) AS seq
    FROM ledger.entries AS entries
    JOIN ledger.rows AS sent
        ON sent.table_name = entries.table_name AND sent.source_key = entries.source_key AND sent.intercom_id = entries.intercom_id
    WHERE entries.table_name = 'contacts' AND entries.step = 'create' AND entries.state = 'done' AND sent.state = 'done'
    GROUP BY entries.source_key, entries.intercom_id
)

SELECT source_key, intercom_id, into_key
FROM (
    SELECT
        source_key,
        intercom_id,
        first_value(source_key) OVER (PARTITION BY intercom_id ORDER BY seq) AS into_key,
        row_number() OVER (PARTITION BY intercom_id ORDER BY seq) AS nth
    FROM made
) AS numbered
WHERE nth > 1
