-- one row per address of the help desk itself, which must not become a contact; key: email
SELECT DISTINCT email
FROM (SELECT unnest(split_emails(own_mailboxes)) AS email FROM base_settings) AS addresses
WHERE email IS NOT NULL
