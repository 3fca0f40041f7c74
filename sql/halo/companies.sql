-- one row per client that is a company; key: halo:client:<id>
-- Intercom has neither sites nor parent companies: they are attributes. A text attribute holds 255 characters.
WITH sites AS (
    SELECT
        company_key,
        string_agg(name || CASE WHEN inactive THEN ' (inactive)' ELSE '' END || coalesce(': ' || address, ''), '; ' ORDER BY id) AS sites,
        max(CASE WHEN is_main THEN address END)                                             AS main_address,
        max(CASE WHEN is_main THEN phone END)                                               AS main_phone,
        min(domain)                                                                         AS domain
    FROM base_sites
    WHERE company_key IS NOT NULL
    GROUP BY company_key
)

SELECT
    clients.company_key                                                                     AS source_key,
    clients.company_key                                                                     AS company_id,
    clients.name,
    coalesce(clients.website, clients.domain)                                               AS website,
    CAST(NULL AS VARCHAR)                                                                   AS industry,
    CAST(NULL AS VARCHAR)                                                                   AS plan,
    CAST(NULL AS BIGINT)                                                                    AS size,
    CAST(NULL AS BIGINT)                                                                    AS monthly_spend,
    clients.created_at                                                                      AS remote_created_at,
    CAST(NULL AS VARCHAR)                                                                   AS tag_keys,
    merge_json(
        attributes(
            'Halo client ID', clients.id,
            'Halo client reference', clients.reference,
            'Halo top level', clients.top_level,
            'Halo client inactive', CASE WHEN clients.inactive THEN TRUE END,
            'Halo VIP client', CASE WHEN clients.is_vip THEN TRUE END,
            'Halo domain', coalesce(clients.domain, sites.domain),
            'Halo client phone', coalesce(clients.phone, sites.main_phone),
            'Halo accounts e-mail', clients.accounts_email,
            'Halo address', coalesce(sites.main_address, clients.delivery_address),
            'Halo invoice address', clients.invoice_address,
            'Halo sites', CASE WHEN length(sites.sites) > 255 THEN left(sites.sites, 254) || '…' ELSE sites.sites END,
            'Halo account manager', managers.name,
            'Halo client values as entered', CASE WHEN length(custom.as_entered) > 255 THEN left(custom.as_entered, 254) || '…' ELSE custom.as_entered END
        ),
        custom.custom_attributes)                                                           AS custom_attributes
FROM base_clients AS clients
LEFT JOIN sites ON sites.company_key = clients.company_key
LEFT JOIN base_agents AS managers ON managers.id = clients.account_manager
LEFT JOIN base_custom_attributes AS custom ON custom.scope = 'client' AND custom.owner_key = clients.company_key
WHERE clients.company_key IS NOT NULL
