-- one row per contact that belongs to companies; key: contact_id
WITH links AS (
    SELECT contact_id, id, min(position) AS position
    FROM (
        SELECT contact_id, id, position FROM intercom_live.contact_companies
        UNION ALL
        SELECT contact_id, id, 100 + position FROM intercom_live.contact_all_companies
    ) AS both_lists
    GROUP BY contact_id, id
)

SELECT
    contact_id,
    json_list(position, json_quote('intercom:company:' || id))                              AS company_keys,
    'intercom:company:' || max(id) FILTER (WHERE position = 0)                              AS first_key
FROM links
GROUP BY contact_id
