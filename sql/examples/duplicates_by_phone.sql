-- Which contacts share a telephone number?
SELECT phone, count(*) AS contacts, string_agg(source_key, ', ' ORDER BY source_key) AS source_keys
FROM intercom.contacts
WHERE phone IS NOT NULL
GROUP BY phone
HAVING count(*) > 1
ORDER BY contacts DESC, phone
