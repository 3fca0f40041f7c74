-- one row per company with the names of those above it; key: id
-- Intercom has no parent companies: their names, from the top, are an attribute. A circle ends where it began.
WITH RECURSIVE chain AS (
    SELECT id, parent_id AS next, CAST('' AS VARCHAR) AS path, 0 AS depth FROM infoset.companies
    UNION ALL
    SELECT
        chain.id,
        above.parent_id AS next,
        coalesce(nullif(trim(above.name), ''), 'Company ' || above.id) || CASE WHEN chain.path = '' THEN '' ELSE ' > ' || chain.path END AS path,
        chain.depth + 1 AS depth
    FROM chain
    JOIN infoset.companies AS above ON above.id = chain.next AND above.id <> chain.id
    WHERE chain.depth < 20
),

ends AS (
    SELECT id, last_value(path ORDER BY depth) AS path FROM chain GROUP BY id
)

SELECT
    companies.id,
    'infoset:company:' || companies.id                                                      AS source_key,
    coalesce(nullif(trim(companies.name), ''), 'Company ' || companies.id)                  AS name,
    nullif(ends.path, '')                                                                   AS parents,
    nullif(lower(trim(companies.domain)), '')                                               AS domain,
    nullif(trim(companies.phone), '')                                                       AS phone,
    nullif(trim(companies.priority), '')                                                    AS priority,
    companies.created                                                                       AS created_at
FROM infoset.companies AS companies
LEFT JOIN ends ON ends.id = companies.id
