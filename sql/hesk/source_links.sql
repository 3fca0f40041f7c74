-- one row per ticket or article that Hesk still shows; key: source_key
-- A ticket as staff see it, who have to be logged in; `admin` is Hesk's own name of that folder and can be changed there.
WITH site AS (
    SELECT regexp_replace(site_url, '/+$', '') AS url FROM base_settings WHERE site_url IS NOT NULL
)

SELECT tickets.source_key, site.url || '/admin/admin_ticket.php?track=' || tickets.trackid AS url
FROM base_tickets AS tickets
CROSS JOIN site
WHERE tickets.trackid IS NOT NULL
UNION ALL
SELECT 'hesk:article:' || articles.id, site.url || '/knowledgebase.php?article=' || articles.id
FROM hesk.kb_articles AS articles
CROSS JOIN site
