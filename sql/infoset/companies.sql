-- one row per company; key: infoset:company:<id>
-- Intercom has no parent companies: they are an attribute. A text attribute holds 255 characters.
WITH tags AS (
    SELECT company_id, '[' || string_agg(json_quote(tag_key), ',' ORDER BY tag_key) || ']' AS tag_keys
    FROM (
        SELECT DISTINCT named.company_id, tags.tag_key
        FROM infoset.company_tags AS named
        JOIN base_tags AS tags ON tags.tag = named.tag
    ) AS once
    GROUP BY company_id
)

SELECT
    companies.source_key,
    companies.source_key                                                                    AS company_id,
    companies.name,
    companies.domain                                                                        AS website,
    CAST(NULL AS VARCHAR)                                                                   AS industry,
    CAST(NULL AS VARCHAR)                                                                   AS plan,
    CAST(NULL AS BIGINT)                                                                    AS size,
    CAST(NULL AS BIGINT)                                                                    AS monthly_spend,
    companies.created_at                                                                    AS remote_created_at,
    tags.tag_keys,
    merge_json(
        attributes(
            'Infoset company ID', companies.id,
            'Infoset parent companies', CASE WHEN length(companies.parents) > 255 THEN left(companies.parents, 254) || '…' ELSE companies.parents END,
            'Infoset company domain', companies.domain,
            'Infoset company phone', companies.phone,
            'Infoset company priority', companies.priority,
            'Infoset company values as entered', CASE WHEN length(custom.as_entered) > 255 THEN left(custom.as_entered, 254) || '…' ELSE custom.as_entered END
        ),
        custom.custom_attributes)                                                           AS custom_attributes
FROM base_companies AS companies
LEFT JOIN tags ON tags.company_id = companies.id
LEFT JOIN base_custom_attributes AS custom ON custom.scope = 'company' AND custom.owner_key = companies.source_key
