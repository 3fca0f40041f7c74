-- Which contacts have the same name and an address at the same domain?
-- Engines differ in what the small letter of İ is, so it is made an I before.
WITH named AS (
    SELECT lower(replace(trim(name), 'İ', 'I')) AS person, lower(split_part(email, '@', 2)) AS domain, email
    FROM intercom.contacts
    WHERE trim(name) <> '' AND strpos(email, '@') > 0
)

SELECT person, domain, count(*) AS contacts, string_agg(email, ', ' ORDER BY email) AS addresses
FROM named
GROUP BY person, domain
HAVING count(*) > 1
ORDER BY contacts DESC, person, domain
