-- every note is about a contact or company that is there
-- severity: error
SELECT
    'notes' AS table_name,
    notes.source_key,
    CASE
        WHEN rejects.source_key IS NULL THEN 'its contact or company does not exist'
        ELSE 'its contact or company was rejected'
    END AS reason
FROM intercom.notes AS notes
LEFT JOIN intercom.contacts AS contacts ON contacts.source_key = notes.parent_key
LEFT JOIN intercom.companies AS companies ON companies.source_key = notes.parent_key
LEFT JOIN intercom.rejects AS rejects
    ON rejects.table_name IN ('contacts', 'companies') AND rejects.source_key = notes.parent_key
WHERE contacts.source_key IS NULL AND companies.source_key IS NULL
