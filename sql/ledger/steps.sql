-- one row per step, with the last word on it; key: (table_name, source_key, step)
SELECT seq, run, "at", table_name, source_key, step, state, payload_sha256, intercom_id, parent_id, method, path, status, code, message, request_id, detail
FROM (
    SELECT *, row_number() OVER (PARTITION BY table_name, source_key, step ORDER BY seq DESC) AS nth
    FROM ledger.entries
) AS entries
WHERE nth = 1
