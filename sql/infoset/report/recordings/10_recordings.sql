-- Recordings of calls
-- Intercom takes no recordings: `deskferry report recordings --package DIR` packs them, with this list. `file` has the number of the
-- call; `intercom_id` is the thread in which the call is told, once it is loaded. One without a file could not be had: its link had ended.
SELECT
    recordings.call_id,
    recordings.conversation_key,
    threads.intercom_id,
    CASE WHEN recordings.sha256 IS NOT NULL THEN recordings.call_id || CASE
        WHEN recordings.content_type LIKE 'audio/mpeg%' THEN '.mp3'
        WHEN recordings.content_type LIKE 'audio/%wav%' THEN '.wav'
        WHEN recordings.content_type LIKE 'audio/ogg%' THEN '.ogg'
        WHEN recordings.content_type LIKE 'audio/mp4%' THEN '.m4a'
        WHEN recordings.content_type LIKE 'video/mp4%' THEN '.mp4'
        ELSE '.bin'
    END END AS file,
    recordings.sha256,
    recordings.size,
    recordings.started_at,
    recordings.duration AS seconds,
    recordings.direction,
    recordings.agent_name
FROM intercom.recordings AS recordings
LEFT JOIN ledger.rows AS threads
    ON threads.table_name = 'conversations' AND threads.state = 'done' AND threads.source_key = recordings.conversation_key
ORDER BY recordings.started_at, recordings.call_id
