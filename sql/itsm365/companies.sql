-- one row per company, department or configuration item, whichever [source] companies names; key: itsm365:ou:<number>
-- Intercom's companies have no hierarchy: it is an attribute. A text attribute holds 255 characters.
WITH departments AS (
    SELECT company_key, string_agg(name, ', ' ORDER BY path) AS names
    FROM base_ous
    WHERE kind = 'department' AND company_key IS NOT NULL
    GROUP BY company_key
),

rows AS (
    SELECT
        'itsm365:' || replace(ous.uuid, '$', ':') AS source_key, ous.name, 'ou' AS scope, ous.uuid AS owner,
        ous.type_title AS type, ous.path, coalesce(ous.company_above, ous.parent_name) AS parent, ous.address, ous.head_name, departments.names AS departments, ous.removed,
        CAST(NULL AS VARCHAR) AS owner_name, CAST(NULL AS VARCHAR) AS description, CAST(NULL AS VARCHAR) AS number, CAST(NULL AS TIMESTAMP) AS created_at
    FROM base_ous AS ous
    CROSS JOIN base_settings
    LEFT JOIN departments ON departments.company_key = 'itsm365:' || replace(ous.uuid, '$', ':') AND base_settings.companies = 'company'
    WHERE ous.company_key = 'itsm365:' || replace(ous.uuid, '$', ':')
    UNION ALL
    SELECT
        cis.source_key, cis.name, 'ci', cis.uuid,
        cis.type_title, cis.path, CASE WHEN cis.path LIKE '% > %' THEN left(cis.path, length(cis.path) - length(cis.name) - 3) END, NULL, NULL, NULL, cis.removed,
        coalesce(cis.owner_name, cis.owner_as_named), cis.description, cis.number, cis.created_at
    FROM base_cis AS cis
    CROSS JOIN base_settings
    WHERE base_settings.companies = 'configuration_item'
)

SELECT
    rows.source_key,
    rows.source_key                                                                         AS company_id,
    rows.name,
    CAST(NULL AS VARCHAR)                                                                   AS website,
    CAST(NULL AS VARCHAR)                                                                   AS industry,
    CAST(NULL AS VARCHAR)                                                                   AS plan,
    CAST(NULL AS BIGINT)                                                                    AS size,
    CAST(NULL AS BIGINT)                                                                    AS monthly_spend,
    rows.created_at                                                                         AS remote_created_at,
    CAST(NULL AS VARCHAR)                                                                   AS tag_keys,
    merge_json(
        attributes(
            'itsm_type', CASE WHEN rows.scope = 'ou' THEN rows.type END,
            'ci_type', CASE WHEN rows.scope = 'ci' THEN rows.type END,
            'itsm_path', CASE WHEN rows.path <> rows.name THEN CASE WHEN length(rows.path) > 255 THEN left(rows.path, 254) || '…' ELSE rows.path END END,
            'itsm_parent', rows.parent,
            'itsm_address', CASE WHEN length(rows.address) > 255 THEN left(rows.address, 254) || '…' ELSE rows.address END,
            'itsm_head', rows.head_name,
            'itsm_departments', CASE WHEN length(rows.departments) > 255 THEN left(rows.departments, 254) || '…' ELSE rows.departments END,
            'itsm_owner', rows.owner_name,
            'itsm_number', rows.number,
            'itsm_description', CASE WHEN length(rows.description) > 255 THEN left(rows.description, 254) || '…' ELSE rows.description END,
            'itsm_company_archived', CASE WHEN rows.removed THEN TRUE END
        ),
        custom.custom_attributes)                                                           AS custom_attributes
FROM rows
LEFT JOIN base_custom_attributes AS custom ON custom.scope = rows.scope AND custom.owner = rows.owner
