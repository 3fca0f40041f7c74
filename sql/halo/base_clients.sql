-- one row per client and whether it becomes a company; key: id
-- Client 1 is Halo's "unknown"; people from social channels sit under a client called "contacts" with a site for each channel.
WITH social AS (
    SELECT DISTINCT client_id AS id
    FROM halo.sites
    WHERE lower(trim(name)) IN ('facebook', 'twitter', 'x', 'whatsapp', 'instagram')
),

judged AS (
    SELECT
        clients.*,
        CASE
            WHEN mapped.become = 'none' THEN 'mapping/clients.csv says so'
            WHEN mapped.become = 'company' THEN NULL
            WHEN clients.id <= 1 THEN 'Halo''s own client for what belongs to nobody'
            WHEN lower(trim(clients.name)) = 'contacts' AND social.id IS NOT NULL THEN 'the catch-all client of social channels'
        END AS rule
    FROM halo.clients AS clients
    LEFT JOIN social ON social.id = clients.id
    LEFT JOIN mapping.clients AS mapped ON mapped.client_id = CAST(clients.id AS VARCHAR)
)

SELECT
    clients.id,
    CASE WHEN clients.rule IS NULL THEN 'halo:client:' || clients.id END                    AS company_key,
    clients.rule,
    coalesce(nullif(trim(clients.name), ''), 'Client ' || clients.id)                       AS name,
    coalesce(levels.path, nullif(trim(clients.toplevel_name), ''))                          AS top_level,
    coalesce(clients.inactive, FALSE)                                                       AS inactive,
    nullif(trim(clients.ref), '')                                                           AS reference,
    clients.is_vip,
    nullif(trim(clients.website), '')                                                       AS website,
    nullif(lower(trim(clients.domain)), '')                                                 AS domain,
    nullif(trim(clients.main_phonenumber), '')                                              AS phone,
    normalize_email(clients.accountsemailaddress)                                           AS accounts_email,
    nullif(trim(clients.notes), '')                                                         AS notes,
    nullif(concat_ws(', ',
        nullif(trim((clients.main_invoice_address ->> 'line1')), ''), nullif(trim((clients.main_invoice_address ->> 'line2')), ''),
        nullif(trim((clients.main_invoice_address ->> 'line3')), ''), nullif(trim((clients.main_invoice_address ->> 'line4')), ''),
        nullif(trim((clients.main_invoice_address ->> 'line5')), ''), nullif(trim((clients.main_invoice_address ->> 'postcode')), '')), '') AS invoice_address,
    nullif(concat_ws(', ',
        nullif(trim((clients.main_delivery_address ->> 'line1')), ''), nullif(trim((clients.main_delivery_address ->> 'line2')), ''),
        nullif(trim((clients.main_delivery_address ->> 'line3')), ''), nullif(trim((clients.main_delivery_address ->> 'line4')), ''),
        nullif(trim((clients.main_delivery_address ->> 'line5')), ''), nullif(trim((clients.main_delivery_address ->> 'postcode')), '')), '') AS delivery_address,
    clients.main_site_id,
    CASE WHEN clients.accountmanagertech > 1 THEN clients.accountmanagertech END            AS account_manager,
    clients.datecreated                                                                     AS created_at
FROM judged AS clients
LEFT JOIN base_top_levels AS levels ON levels.id = clients.toplevel_id
