-- one row per company: those that Intercom lists, and those that only conversations, tickets and people name; key: source_key
WITH named AS (
    SELECT company_id AS id, CAST(NULL AS VARCHAR) AS own_id, CAST(NULL AS VARCHAR) AS name FROM intercom_live.conversations
    UNION ALL
    SELECT company_id, NULL, NULL FROM intercom_live.tickets
    UNION ALL
    SELECT id, NULL, NULL FROM intercom_live.contact_companies
    UNION ALL
    SELECT id, company_id, name FROM intercom_live.contact_all_companies
),

others AS (
    SELECT named.id, max(named.own_id) AS company_id, max(named.name) AS name
    FROM named
    WHERE named.id <> '' AND NOT EXISTS (SELECT 1 FROM intercom_live.companies AS listed WHERE listed.id = named.id)
    GROUP BY named.id
),

companies AS (
    SELECT
        id, company_id, name, website, industry, plan, size, monthly_spend, session_count, user_count, custom_attributes, created_at,
        remote_created_at, updated_at, last_request_at, FALSE AS archived
    FROM intercom_live.companies
    UNION ALL
    SELECT id, company_id, name, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, TRUE
    FROM others
)

SELECT
    'intercom:company:' || companies.id                                                     AS source_key,
    'intercom'                                                                              AS source,
    nullif(CASE base_settings.company_id_field
        WHEN 'company_id' THEN companies.company_id
        WHEN 'id' THEN companies.id
        WHEN 'name' THEN companies.name
        ELSE json_as_text(companies.custom_attributes, base_settings.company_id_field)
    END, '')                                                                                AS external_id,
    companies.id                                                                            AS intercom_id,
    nullif(companies.name, '')                                                              AS name,
    nullif(companies.website, '')                                                           AS website,
    nullif(companies.industry, '')                                                          AS industry,
    nullif(companies.plan, '')                                                              AS plan,
    companies.size,
    companies.monthly_spend,
    companies.session_count,
    companies.user_count,
    coalesce(tags.names, '[]')                                                              AS tags,
    coalesce(companies.custom_attributes, '{}')                                             AS attributes,
    companies.archived,
    companies.created_at,
    companies.remote_created_at,
    companies.updated_at,
    companies.last_request_at
FROM base_tags AS tags
RIGHT JOIN companies ON tags.kind = 'company' AND tags.id = companies.id
CROSS JOIN base_settings
