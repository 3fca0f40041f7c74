-- one row per row of Hesk's customers (3.5 and later), with the key of the contact it becomes; key: id
-- Rows with the same e-mail become one contact; without an e-mail each row is a person of its own.
WITH customers AS (
    SELECT
        id,
        nullif(nullif(decode_entities(trim(name)), ''), '[Customer]')          AS name,
        normalize_email(decode_entities(email))                               AS email,
        nullif(nullif(decode_entities(trim(email)), ''), '0')                  AS email_as_entered,
        verified
    FROM hesk.customers
)

SELECT
    id,
    CASE WHEN email IS NOT NULL THEN 'hesk:contact:' || email ELSE 'hesk:customer:' || id END AS contact_key,
    name,
    email,
    CASE WHEN email IS NULL THEN email_as_entered END AS email_as_entered,
    verified
FROM customers
