-- one row per ticket that Halo still shows; key: source_key
-- As agents see it, who have to be logged in: at [source] site_url, else on the host of the API.
WITH site AS (
    SELECT regexp_replace(coalesce(
        max(CASE WHEN key = 'source.site_url' THEN value END),
        max(CASE WHEN key = 'source.url' THEN value END)), '^(https?://[^/]*).*$', '\1') AS url
    FROM settings
)

SELECT 'halo:ticket:' || tickets.id AS source_key, site.url || '/tickets?id=' || tickets.id AS url
FROM halo.tickets AS tickets
CROSS JOIN site
WHERE site.url IS NOT NULL
