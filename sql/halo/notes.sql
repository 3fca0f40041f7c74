-- one row per note on a client, a site or a user; key: halo:<client|site|user>_note:<id>
SELECT
    'halo:client_note:' || id AS source_key, company_key AS parent_key, CAST(NULL AS VARCHAR) AS author_key,
    CAST(NULL AS VARCHAR) AS author_name, CASE WHEN notes LIKE '%</%' THEN clean_html(notes) ELSE text_to_html(notes) END AS body, CAST(NULL AS TIMESTAMP) AS created_at
FROM base_clients
WHERE company_key IS NOT NULL AND notes IS NOT NULL
UNION ALL
SELECT
    'halo:site_note:' || id, company_key, CAST(NULL AS VARCHAR),
    CAST(NULL AS VARCHAR), '<p><em>' || escape_html(name) || '</em></p>' || CASE WHEN notes LIKE '%</%' THEN clean_html(notes) ELSE text_to_html(notes) END, CAST(NULL AS TIMESTAMP)
FROM base_sites
WHERE company_key IS NOT NULL AND notes IS NOT NULL
UNION ALL
SELECT
    'halo:user_note:' || id, contact_key, CAST(NULL AS VARCHAR),
    CAST(NULL AS VARCHAR), CASE WHEN notes LIKE '%</%' THEN clean_html(notes) ELSE text_to_html(notes) END, CAST(NULL AS TIMESTAMP)
FROM base_users
WHERE contact_key IS NOT NULL AND notes IS NOT NULL
