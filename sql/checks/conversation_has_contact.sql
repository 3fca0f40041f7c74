-- every conversation was opened by a contact that is there
-- severity: error
SELECT
    'conversations' AS table_name,
    conversations.source_key,
    CASE
        WHEN rejects.source_key IS NULL THEN 'its contact does not exist'
        ELSE 'its contact was rejected'
    END AS reason
FROM intercom.conversations AS conversations
LEFT JOIN intercom.contacts AS contacts ON contacts.source_key = conversations.contact_key
LEFT JOIN intercom.rejects AS rejects
    ON rejects.table_name = 'contacts' AND rejects.source_key = conversations.contact_key
WHERE contacts.source_key IS NULL
