-- What a person should decide before go-live: rows with personal data that a setting rules.
SELECT
    'tickets with the customer''s IP address' AS what,
    count(CASE WHEN tickets.ip IS NOT NULL AND NOT tickets.anonymised THEN 1 END) AS row_count,
    '[privacy] ip_addresses = "' || max(base_settings.ip_addresses) || '"' AS decision
FROM base_tickets AS tickets CROSS JOIN base_settings
UNION ALL
SELECT
    'tickets of people that Hesk has anonymised',
    count(CASE WHEN tickets.anonymised THEN 1 END),
    '[privacy] anonymised = "' || max(base_settings.anonymised) || '"'
FROM base_tickets AS tickets CROSS JOIN base_settings
