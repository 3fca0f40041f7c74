-- Who wrote to us and belongs to no company?
SELECT contacts.source_key, contacts.name, contacts.email, count(*) AS conversations
FROM intercom.contacts AS contacts
JOIN intercom.conversations AS conversations ON conversations.contact_key = contacts.source_key
WHERE coalesce(contacts.company_keys, '[]') = '[]'
GROUP BY contacts.source_key, contacts.name, contacts.email
ORDER BY conversations DESC, contacts.source_key
