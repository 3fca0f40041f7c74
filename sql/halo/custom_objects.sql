-- one row per contract and, where [transform] optional_objects names them, per opportunity and asset; key: halo:<kind>:<id>
-- Attributes of custom objects are texts in the API; days are YYYY-MM-DD. A contract belongs to all contacts of its client, or to
-- those it names.
WITH contract_contacts AS (
    SELECT contract_id, contact_key FROM (
        SELECT contracts.id AS contract_id, users.contact_key
        FROM halo.contracts AS contracts
        JOIN halo.users AS raw ON raw.client_id = contracts.client_id
        JOIN base_users AS users ON users.id = raw.id
        WHERE contracts.client_id > 1
        UNION
        SELECT named.contract_id, users.contact_key
        FROM halo.contract_users AS named
        JOIN base_users AS users ON users.id = named.id
        UNION
        SELECT contracts.id, users.contact_key
        FROM halo.contracts AS contracts
        JOIN base_users AS users ON users.id = contracts.user_id AND contracts.user_id > 0
    ) AS links
    WHERE contact_key IS NOT NULL
),

contacts_of AS (
    SELECT contract_id, '[' || array_to_string(array_sort(array_agg(json_quote(contact_key))), ',') || ']' AS contact_keys
    FROM contract_contacts
    GROUP BY contract_id
),

conversations_of AS (
    SELECT contract_id, '[' || array_to_string(array_sort(array_agg(json_quote(source_key))), ',') || ']' AS conversation_keys
    FROM base_tickets
    WHERE contract_id IS NOT NULL AND fate = 'conversation'
    GROUP BY contract_id
),

contracts AS (
    SELECT
        'halo:contract:' || contracts.id AS source_key, 'Contract' AS object_type, 'contract' AS scope,
        contracts.start_date AS external_created_at, contracts.last_modified AS external_updated_at,
        contacts_of.contact_keys, conversations_of.conversation_keys,
        attributes(
            'Halo contract ID', CAST(contracts.id AS VARCHAR),
            'Reference', nullif(trim(contracts.ref), ''),
            'Description', nullif(trim(concat_ws(' ', contracts.refextra, contracts.refextra2)), ''),
            'Company', coalesce(clients.name, nullif(trim(contracts.client_name), '')),
            'Contract type', nullif(trim(contracts.contracttype_name), ''),
            'Status', nullif(trim(contracts.contract_status), ''),
            'Active', contracts.active,
            'Start date', to_char(contracts.start_date, '%Y-%m-%d'),
            'End date', to_char(contracts.end_date, '%Y-%m-%d'),
            'Value', contracts.periodchargeamount,
            'Billing period', contracts.billingperiod,
            'Next invoice', to_char(contracts.next_invoice_date, '%Y-%m-%d'),
            'SLA', nullif(trim(slas.name), ''),
            'Note', nullif(trim(contracts.note), '')) AS built_in
    FROM halo.contracts AS contracts
    LEFT JOIN base_clients AS clients ON clients.id = contracts.client_id AND clients.company_key IS NOT NULL
    LEFT JOIN halo.slas AS slas ON slas.id = contracts.sla_id
    LEFT JOIN contacts_of ON contacts_of.contract_id = contracts.id
    LEFT JOIN conversations_of ON conversations_of.contract_id = contracts.id
),

opportunities AS (
    SELECT
        'halo:opportunity:' || opportunities.id AS source_key, 'Opportunity' AS object_type, 'opportunity' AS scope,
        opportunities.dateoccurred AS external_created_at, opportunities.last_update AS external_updated_at,
        CASE WHEN users.contact_key IS NOT NULL THEN '[' || json_quote(users.contact_key) || ']' END AS contact_keys,
        CAST(NULL AS VARCHAR) AS conversation_keys,
        attributes(
            'Halo opportunity ID', CAST(opportunities.id AS VARCHAR),
            'Name', nullif(trim(opportunities.summary), ''),
            'Company', coalesce(clients.name, nullif(trim(opportunities.oppcompanyname), '')),
            'Contact', coalesce(users.name, nullif(trim(opportunities.oppcontactname), '')),
            'Contact e-mail', coalesce(users.email, nullif(trim(opportunities.oppemailaddress), '')),
            'Contact phone', coalesce(users.phone, nullif(trim(opportunities.opptel), '')),
            'Value', opportunities.oppvalue,
            'Probability', opportunities.oppconversionprobability,
            'Weighted value', opportunities.oppvalueadjusted,
            'Stage', nullif(trim(opportunities.pipeline_stage_name), ''),
            'Status', coalesce(statuses.name, nullif(trim(opportunities.status_name), '')),
            'Agent', coalesce(agents.name, nullif(trim(opportunities.agent_name), '')),
            'Reason', nullif(trim(opportunities.oppreason), ''),
            'Target date', to_char(opportunities.targetdate, '%Y-%m-%d'),
            'Closed on', to_char(opportunities.dateclosed, '%Y-%m-%d'),
            'Details', nullif(trim(opportunities.details), '')) AS built_in
    FROM halo.opportunities AS opportunities
    CROSS JOIN base_settings
    LEFT JOIN base_clients AS clients ON clients.id = opportunities.client_id AND clients.company_key IS NOT NULL
    LEFT JOIN base_users AS users ON users.id = opportunities.user_id AND opportunities.user_id > 0
    LEFT JOIN base_agents AS agents ON agents.id = opportunities.agent_id
    LEFT JOIN halo.statuses AS statuses ON statuses.id = opportunities.status_id
    WHERE base_settings.optional_objects LIKE '%opportunities%'
),

asset_contacts AS (
    SELECT named.asset_id, '[' || array_to_string(array_sort(array_agg(DISTINCT json_quote(users.contact_key))), ',') || ']' AS contact_keys
    FROM halo.asset_users AS named
    JOIN base_users AS users ON users.id = named.id
    WHERE users.contact_key IS NOT NULL
    GROUP BY named.asset_id
),

asset_fields AS (
    SELECT asset_id, string_agg(name || ': ' || value, '; ' ORDER BY id) AS list
    FROM halo.asset_values
    WHERE trim(value) <> ''
    GROUP BY asset_id
),

assets AS (
    SELECT
        'halo:asset:' || assets.id AS source_key, 'Asset' AS object_type, 'asset' AS scope,
        CAST(NULL AS TIMESTAMP) AS external_created_at, assets.dlastupdate AS external_updated_at,
        asset_contacts.contact_keys,
        CAST(NULL AS VARCHAR) AS conversation_keys,
        attributes(
            'Halo asset ID', CAST(assets.id AS VARCHAR),
            'Inventory number', nullif(trim(assets.inventory_number), ''),
            'Name', nullif(trim(assets.key_field), ''),
            'Key field 2', nullif(trim(assets.key_field2), ''),
            'Key field 3', nullif(trim(assets.key_field3), ''),
            'Asset type', nullif(trim(assets.assettype_name), ''),
            'Company', coalesce(clients.name, nullif(trim(assets.client_name), '')),
            'Site', nullif(trim(assets.site_name), ''),
            'User', nullif(trim(assets.username), ''),
            'Status', nullif(trim(assets.status_name), ''),
            'Inactive', coalesce(assets.inactive, FALSE),
            'Warranty until', to_char(assets.warranty_end, '%Y-%m-%d'),
            'Contract', nullif(trim(assets.contract_ref), ''),
            'Fields', asset_fields.list) AS built_in
    FROM halo.assets AS assets
    CROSS JOIN base_settings
    LEFT JOIN base_clients AS clients ON clients.id = assets.client_id AND clients.company_key IS NOT NULL
    LEFT JOIN asset_contacts ON asset_contacts.asset_id = assets.id
    LEFT JOIN asset_fields ON asset_fields.asset_id = assets.id
    WHERE base_settings.optional_objects LIKE '%assets%'
)

SELECT
    objects.source_key,
    objects.object_type,
    objects.source_key                                                                      AS external_id,
    objects.external_created_at,
    objects.external_updated_at,
    objects.contact_keys,
    objects.conversation_keys,
    merge_json(objects.built_in, custom.custom_attributes)                                  AS custom_attributes
FROM (
    SELECT * FROM contracts
    UNION ALL SELECT * FROM opportunities
    UNION ALL SELECT * FROM assets
) AS objects
LEFT JOIN base_custom_attributes AS custom ON custom.scope = objects.scope AND custom.owner_key = objects.source_key
