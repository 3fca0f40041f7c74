-- Threads of more messages than Intercom shows: those before `since` can neither be found nor compared. For information.
SELECT sent.source_key, cut.thread_id AS intercom_id, cut.parts_total AS parts, cut.shown, cut.since
FROM intercom_live.cut AS cut
JOIN ledger.rows AS sent ON sent.table_name = 'conversations' AND sent.state = 'done' AND sent.intercom_id = cut.thread_id
ORDER BY sent.source_key
