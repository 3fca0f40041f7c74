-- How many rows does each attribute fill in?
WITH written AS (
    SELECT 'contact' AS model, custom_attributes FROM intercom.contacts
    UNION ALL
    SELECT 'company', custom_attributes FROM intercom.companies
    UNION ALL
    SELECT 'conversation', custom_attributes FROM intercom.conversations
),

named AS (
    SELECT model, name, data_type, '"' || replace(replace(name, '\', '\\'), '"', '\"') || '":' AS quoted
    FROM intercom.attributes
)

SELECT named.model, named.name, named.data_type, count(written.model) AS filled
FROM named
LEFT JOIN written ON written.model = named.model AND strpos(written.custom_attributes, named.quoted) > 0
GROUP BY named.model, named.name, named.data_type
ORDER BY named.model, filled DESC, named.name
