-- Recordings of calls
-- Intercom takes no recordings: they are packed with the number of the call and the thread it is told in. One without sha256 could
-- not be had: its link had ended.
SELECT call_id, conversation_key, sha256, name, size, started_at, duration AS seconds, direction, agent_name
FROM intercom.recordings
ORDER BY started_at, call_id
