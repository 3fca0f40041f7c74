-- one row per custom field on a ticket, client, site, user, contract, opportunity, asset or article; key: (scope, owner_id,
-- field_id, nth): an object that holds a field twice has one with a text first
-- `stored` is the value as text, NULL where it is empty; a selection is its number there, and `display` its text.
WITH everything AS (
    SELECT 'ticket' AS scope, CAST(ticket_id AS VARCHAR) AS owner_id, id, name, label, type, usage, value, display FROM halo.ticket_fields
    UNION ALL
    SELECT 'client', CAST(client_id AS VARCHAR), id, name, label, type, usage, value, display FROM halo.client_fields
    UNION ALL
    SELECT 'site', CAST(site_id AS VARCHAR), id, name, label, type, usage, value, display FROM halo.site_fields
    UNION ALL
    SELECT 'user', CAST(user_id AS VARCHAR), id, name, label, type, usage, value, display FROM halo.user_fields
    UNION ALL
    SELECT 'contract', CAST(contract_id AS VARCHAR), id, name, label, type, usage, value, display FROM halo.contract_fields
    UNION ALL
    SELECT 'opportunity', CAST(opportunity_id AS VARCHAR), id, name, label, type, usage, value, display FROM halo.opportunity_fields
    UNION ALL
    SELECT 'asset', CAST(asset_id AS VARCHAR), id, name, label, type, usage, value, display FROM halo.asset_fields
    UNION ALL
    SELECT 'article', CAST(article_id AS VARCHAR), id, name, label, type, usage, value, display FROM halo.article_fields
)

SELECT
    scope,
    owner_id,
    id                                                                                      AS field_id,
    name,
    label,
    type,
    usage,
    nullif(trim(CASE
        WHEN value IN ('null', '[]', '{}') THEN ''
        WHEN value LIKE '"%' THEN (('{"v":' || value || '}') ->> 'v')
        ELSE value END), '')                                                                AS stored,
    nullif(trim(display), '')                                                               AS display,
    row_number() OVER (PARTITION BY scope, owner_id, id ORDER BY CASE WHEN trim(display) <> '' THEN 0 ELSE 1 END, value) AS nth
FROM everything
