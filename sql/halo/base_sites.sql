-- one row per site with the company it belongs to; key: id
SELECT
    sites.id,
    sites.client_id,
    clients.company_key,
    coalesce(nullif(trim(sites.name), ''), 'Site ' || sites.id)                             AS name,
    coalesce(sites.inactive, FALSE)                                                         AS inactive,
    nullif(trim(sites.phonenumber), '')                                                     AS phone,
    nullif(trim(sites.notes), '')                                                           AS notes,
    nullif(lower(trim(sites.emaildomain)), '')                                              AS domain,
    coalesce(
        nullif(concat_ws(', ',
            nullif(trim((sites.delivery_address ->> 'line1')), ''), nullif(trim((sites.delivery_address ->> 'line2')), ''),
            nullif(trim((sites.delivery_address ->> 'line3')), ''), nullif(trim((sites.delivery_address ->> 'line4')), ''),
            nullif(trim((sites.delivery_address ->> 'line5')), ''), nullif(trim((sites.delivery_address ->> 'postcode')), '')), ''),
        nullif(concat_ws(', ',
            nullif(trim(sites.delivery_address_line1), ''), nullif(trim(sites.delivery_address_line2), ''),
            nullif(trim(sites.delivery_address_line3), ''), nullif(trim(sites.delivery_address_line4), ''),
            nullif(trim(sites.delivery_address_line5), '')), ''))                           AS address,
    sites.id = clients.main_site_id                                                         AS is_main
FROM halo.sites AS sites
LEFT JOIN base_clients AS clients ON clients.id = sites.client_id
