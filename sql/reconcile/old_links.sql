-- Texts in Intercom that still lead to the old help desk: they break when it is switched off. For information.
WITH hosts AS (
    SELECT DISTINCT lower(regexp_replace(value, '^[a-z]+://([^/:]+).*$', '\1')) AS host
    FROM settings
    WHERE key IN ('source.site_url', 'source.url', 'source.image_hosts') AND value LIKE 'http%://%'
),

texts AS (
    SELECT 'articles' AS "table", id AS intercom_id, coalesce(body, '') || coalesce(translated_content, '') AS body FROM intercom_live.articles
    UNION ALL
    SELECT 'conversation_parts', thread_id || '/' || coalesce(id, ''), body FROM intercom_live.messages
),

links AS (
    SELECT texts."table", texts.intercom_id, hosts.host, strpos(lower(texts.body), '://' || hosts.host) AS place, texts.body
    FROM hosts
    CROSS JOIN texts
    WHERE lower(texts.body) LIKE '%://' || hosts.host || '%'
)

SELECT "table", intercom_id, host, regexp_replace(substr(body, greatest(place - 5, 1), 300), '^.*?(https?://[^"''<>\s]+).*$', '\1', 's') AS link
FROM links
ORDER BY 1, 2
