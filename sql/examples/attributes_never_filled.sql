-- Which attributes would be made and filled in by nothing?
WITH written AS (
    SELECT 'contact' AS model, custom_attributes FROM intercom.contacts
    UNION ALL
    SELECT 'company', custom_attributes FROM intercom.companies
    UNION ALL
    SELECT 'conversation', custom_attributes FROM intercom.conversations
),

-- Names as JSON writes them.
named AS (
    SELECT source_key, model, name, '"' || replace(replace(name, '\', '\\'), '"', '\"') || '":' AS quoted
    FROM intercom.attributes
)

SELECT named.model, named.name, named.source_key
FROM named
LEFT JOIN written ON written.model = named.model AND strpos(written.custom_attributes, named.quoted) > 0
WHERE written.model IS NULL
ORDER BY named.model, named.name
