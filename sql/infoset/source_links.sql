-- one row per ticket that Infoset's dashboard shows; key: source_key
-- At [source] site_url, else on the vendor's own host.
SELECT tickets.source_key, base_settings.site_url || '/tickets/' || tickets.id AS url
FROM base_tickets AS tickets
CROSS JOIN base_settings
