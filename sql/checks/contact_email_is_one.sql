-- an e-mail has the shape of one
-- severity: error
SELECT 'contacts' AS table_name, source_key, 'its e-mail is no address' AS reason
FROM intercom.contacts
WHERE email IS NOT NULL AND NOT regexp_like(email, '^[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+$')
