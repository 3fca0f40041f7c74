-- one row per call that has a recording, in the order of calls; key: call_key
-- What could not be had has no sha256. Intercom takes no recordings: `deskferry report recordings` packs them.
SELECT
    calls.source_key                                                                        AS call_key,
    calls.id                                                                                AS call_id,
    calls.thread_key                                                                        AS conversation_key,
    calls.recording_sha256                                                                  AS sha256,
    calls.recording_name                                                                    AS name,
    calls.recording_type                                                                    AS content_type,
    calls.recording_size                                                                    AS size,
    calls.started_at,
    calls.duration,
    calls.direction,
    calls.agent_name
FROM base_calls AS calls
WHERE calls.has_recording
ORDER BY calls.started_at, calls.id
