-- one row per configuration item with what it is a part of; key: uuid
WITH RECURSIVE chain AS (
    SELECT uuid, uuid AS at, parent, 0 AS depth
    FROM itsm365.cis
    UNION ALL
    SELECT chain.uuid, above.uuid AS at, above.parent, chain.depth + 1 AS depth
    FROM chain
    JOIN itsm365.cis AS above ON above.uuid = chain.parent
    WHERE chain.depth < 20 AND above.uuid <> chain.uuid
),

steps AS (
    SELECT uuid, at, min(depth) AS depth FROM chain GROUP BY uuid, at
),

paths AS (
    SELECT steps.uuid, string_agg(coalesce(nullif(trim(cis.title), ''), cis.uuid), ' > ' ORDER BY steps.depth DESC) AS path
    FROM steps
    JOIN itsm365.cis AS cis ON cis.uuid = steps.at
    GROUP BY steps.uuid
)

SELECT
    cis.uuid,
    'itsm365:' || replace(cis.uuid, '$', ':')                                               AS source_key,
    coalesce(nullif(trim(cis.title), ''), cis.uuid)                                         AS name,
    CAST(cis.number AS VARCHAR)                                                             AS number,
    coalesce(types.title, cis.type)                                                         AS type_title,
    cis.state,
    nullif(trim(cis.description), '')                                                       AS description,
    paths.path,
    owners.name                                                                             AS owner_name,
    nullif(trim(cis.owner_name), '')                                                        AS owner_as_named,
    coalesce(cis.removed, FALSE)                                                            AS removed,
    cis.created_at
FROM itsm365.cis AS cis
JOIN paths ON paths.uuid = cis.uuid
LEFT JOIN mapping.types AS types ON types.type = cis.type
LEFT JOIN base_ous AS owners ON owners.uuid = cis.owner
