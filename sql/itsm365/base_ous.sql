-- one row per company or department, with what is above it; key: uuid
-- Companies, departments and folders of roles are of one class; the type tells them apart. A circle ends where it comes round.
WITH RECURSIVE chain AS (
    SELECT uuid, uuid AS at, parent, 0 AS depth
    FROM itsm365.ous
    UNION ALL
    SELECT chain.uuid, above.uuid AS at, above.parent, chain.depth + 1 AS depth
    FROM chain
    JOIN itsm365.ous AS above ON above.uuid = chain.parent
    WHERE chain.depth < 20 AND above.uuid <> chain.uuid
),

kinds AS (
    SELECT
        ous.uuid,
        coalesce(nullif(trim(ous.title), ''), ous.uuid)                                     AS name,
        coalesce(types.become, 'department')                                                AS kind
    FROM itsm365.ous AS ous
    LEFT JOIN mapping.types AS types ON types.type = ous.type
),

steps AS (
    SELECT uuid, at, min(depth) AS depth FROM chain GROUP BY uuid, at
),

reach AS (
    SELECT
        steps.uuid,
        string_agg(kinds.name, ' > ' ORDER BY steps.depth DESC)                             AS path,
        first_value(steps.at ORDER BY steps.depth) FILTER (WHERE kinds.kind = 'company')    AS company,
        first_value(steps.at ORDER BY steps.depth) FILTER (WHERE kinds.kind = 'company' AND steps.depth > 0) AS company_above
    FROM steps
    JOIN kinds ON kinds.uuid = steps.at
    GROUP BY steps.uuid
)

SELECT
    ous.uuid,
    kinds.name,
    kinds.kind,
    coalesce(types.title, ous.type)                                                         AS type_title,
    reach.path,
    above.name                                                                              AS parent_name,
    companies_above.name                                                                    AS company_above,
    CASE WHEN kinds.kind = 'department' THEN kinds.name END                                 AS department,
    CASE
        WHEN kinds.kind = 'none' THEN NULL
        WHEN base_settings.companies = 'company' THEN 'itsm365:' || replace(reach.company, '$', ':')
        WHEN base_settings.companies = 'department' THEN 'itsm365:' || replace(ous.uuid, '$', ':')
    END                                                                                     AS company_key,
    CASE
        WHEN kinds.kind = 'none' THEN 'a folder of roles, no part of the organisation'
        WHEN base_settings.companies = 'configuration_item' THEN 'companies are made of configuration items, as [source] companies says'
        ELSE 'no company is above it: its name is an attribute of its people'
    END                                                                                     AS rule,
    nullif(trim(ous.address), '')                                                           AS address,
    ous.head_name,
    coalesce(ous.removed, FALSE)                                                            AS removed
FROM itsm365.ous AS ous
CROSS JOIN base_settings
JOIN kinds ON kinds.uuid = ous.uuid
JOIN reach ON reach.uuid = ous.uuid
LEFT JOIN mapping.types AS types ON types.type = ous.type
LEFT JOIN kinds AS above ON above.uuid = ous.parent
LEFT JOIN kinds AS companies_above ON companies_above.uuid = reach.company_above
