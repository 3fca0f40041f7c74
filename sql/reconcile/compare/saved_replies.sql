-- one row per field of a canned answer that was loaded as a snippet; key: (source_key, field)
SELECT sent.source_key, sent.intercom_id, 'title' AS field, substr(wanted.title, 1, 255) AS wanted, live.title AS found
FROM ledger.rows AS sent
JOIN intercom.saved_replies AS wanted ON wanted.source_key = sent.source_key
JOIN intercom_live.content_snippets AS live ON live.id = sent.intercom_id
WHERE sent.table_name = 'saved_replies' AND sent.state = 'done'
