-- one row per loaded tag; key: source_key
SELECT sent.source_key, sent.intercom_id, 'name' AS field, wanted.name AS wanted, live.name AS found
FROM ledger.rows AS sent
JOIN intercom.tags AS wanted ON wanted.source_key = sent.source_key
JOIN intercom_live.tags AS live ON live.id = sent.intercom_id
WHERE sent.table_name = 'tags' AND sent.state = 'done'
