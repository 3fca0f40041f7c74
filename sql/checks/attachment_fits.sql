-- A file is not larger than the 100 MB that Intercom takes for one.
-- severity: error
SELECT 'attachments' AS table_name, source_key, 'file is larger than the 100 MB that Intercom takes' AS reason
FROM intercom.attachments
WHERE size > 100000000
