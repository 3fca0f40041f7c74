-- one row per row of an Intercom table that was to be sent, with what became of it; key: (table_name, source_key)
SELECT table_name, source_key, state, intercom_id, parent_id, status, code, message, request_id, "at", run
FROM ledger.steps
WHERE step = 'create'
