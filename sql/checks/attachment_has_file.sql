-- every attachment has its bytes in the stage
-- severity: error
SELECT 'attachments' AS table_name, source_key, 'file is missing' AS reason
FROM intercom.attachments
WHERE sha256 IS NULL
