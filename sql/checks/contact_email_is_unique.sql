-- one address is one contact
-- severity: warn
SELECT 'contacts' AS table_name, source_key, 'another contact has its e-mail' AS reason
FROM (
    SELECT source_key, row_number() OVER (PARTITION BY lower(email) ORDER BY source_key) AS nth
    FROM intercom.contacts
    WHERE email IS NOT NULL
) AS numbered
WHERE nth > 1
