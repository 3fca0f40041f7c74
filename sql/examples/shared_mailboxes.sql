-- Which contacts are mailboxes of nobody in particular?
SELECT source_key, email, name
FROM intercom.contacts
WHERE lower(split_part(email, '@', 1)) IN (
    'noreply', 'no-reply', 'donotreply', 'do-not-reply', 'mailer-daemon', 'postmaster', 'bounce', 'bounces', 'notifications',
    'info', 'office', 'contact', 'hello', 'mail', 'admin', 'webmaster', 'support', 'help', 'service', 'sales', 'billing',
    'accounts', 'invoice', 'desk', 'team')
ORDER BY email, source_key
