-- one row per conversation and configuration item that is its company, where [source] companies says so; key: (ticket, company_key)
SELECT
    links.ticket,
    cis.source_key                                                                          AS company_key,
    row_number() OVER (PARTITION BY links.ticket ORDER BY cis.removed, cis.uuid)            AS nth
FROM base_links AS links
JOIN base_cis AS cis ON cis.uuid = links.uuid AND links.kind = 'ci'
CROSS JOIN base_settings
WHERE base_settings.companies = 'configuration_item'
