-- Who opened most conversations?
SELECT contacts.source_key, contacts.name, contacts.email, count(*) AS conversations
FROM intercom.conversations AS conversations
JOIN intercom.contacts AS contacts ON contacts.source_key = conversations.contact_key
GROUP BY contacts.source_key, contacts.name, contacts.email
ORDER BY conversations DESC, contacts.source_key
LIMIT 20
