-- Which contacts have the same name and an address at the same domain?
SELECT
    lower(trim(name)) AS person,
    lower(split_part(email, '@', 2)) AS domain,
    count(*) AS contacts,
    string_agg(email, ', ' ORDER BY email) AS addresses
FROM intercom.contacts
WHERE trim(name) <> '' AND strpos(email, '@') > 0
GROUP BY lower(trim(name)), lower(split_part(email, '@', 2))
HAVING count(*) > 1
ORDER BY contacts DESC, person, domain
