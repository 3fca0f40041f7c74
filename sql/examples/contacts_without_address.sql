-- Which contacts can be reached neither by e-mail nor by telephone?
SELECT contacts.source_key, contacts.name, count(conversations.source_key) AS conversations
FROM intercom.contacts AS contacts
LEFT JOIN intercom.conversations AS conversations ON conversations.contact_key = contacts.source_key
WHERE coalesce(contacts.email, '') = '' AND coalesce(contacts.phone, '') = ''
GROUP BY contacts.source_key, contacts.name
ORDER BY conversations DESC, contacts.source_key
