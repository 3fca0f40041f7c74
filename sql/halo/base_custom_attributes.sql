-- one row per object that has filled custom fields, its values as one JSON object; key: (scope, owner_key)
-- Users that are one contact share it: the first active one that has filled a field tells its value. Sites are one text of their
-- company. Sorted after the aggregation: an ordered aggregate takes ten times as long.
WITH owned AS (
    SELECT
        values.*,
        CASE values.scope
            WHEN 'ticket' THEN 'halo:ticket:' || values.owner_id
            WHEN 'client' THEN clients.company_key
            WHEN 'site' THEN sites.company_key
            WHEN 'user' THEN users.contact_key
            ELSE 'halo:' || values.scope || ':' || values.owner_id
        END AS owner_key,
        coalesce(users.inactive, FALSE) AS inactive,
        sites.name AS site
    FROM base_custom_values AS values
    LEFT JOIN base_clients AS clients ON values.scope = 'client' AND CAST(clients.id AS VARCHAR) = values.owner_id
    LEFT JOIN base_sites AS sites ON values.scope = 'site' AND CAST(sites.id AS VARCHAR) = values.owner_id
    LEFT JOIN base_users AS users ON values.scope = 'user' AND CAST(users.id AS VARCHAR) = values.owner_id
),

once AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY scope, owner_key, field_id, CASE WHEN scope = 'site' OR nth > 1 THEN owner_id END, nth ORDER BY inactive, length(owner_id), owner_id) AS place
    FROM owned
    WHERE owner_key IS NOT NULL AND NOT left_out
),

of_sites AS (
    SELECT owner_key, attribute, field_id, string_agg(site || ': ' || as_entered, '; ' ORDER BY owner_id) AS text
    FROM once
    WHERE scope = 'site' AND is_defined AND nth = 1
    GROUP BY owner_key, attribute, field_id
),

fitting AS (
    SELECT scope, owner_key, '{' || array_to_string(array_sort(array_agg(json_quote(attribute) || ':' || value)), ',') || '}' AS custom_attributes
    FROM (
        SELECT CASE WHEN scope = 'site' THEN 'client' ELSE scope END AS scope, owner_key, attribute, value
        FROM once
        WHERE scope <> 'site' AND place = 1 AND value IS NOT NULL
        UNION ALL
        SELECT 'client', owner_key, attribute, json_quote(text) FROM of_sites
    ) AS filled
    GROUP BY scope, owner_key
),

others AS (
    SELECT CASE WHEN scope = 'site' THEN 'client' ELSE scope END AS scope, owner_key, string_agg(label || ': ' || as_entered, '; ' ORDER BY field_id, owner_id) AS as_entered
    FROM once
    WHERE place = 1 AND value IS NULL AND NOT (scope = 'site' AND is_defined AND nth = 1)
    GROUP BY CASE WHEN scope = 'site' THEN 'client' ELSE scope END, owner_key
)

SELECT
    coalesce(fitting.scope, others.scope)                                                   AS scope,
    coalesce(fitting.owner_key, others.owner_key)                                           AS owner_key,
    fitting.custom_attributes,
    others.as_entered
FROM fitting
FULL JOIN others ON others.scope = fitting.scope AND others.owner_key = fitting.owner_key
