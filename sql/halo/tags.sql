-- one row per tag that a ticket or an article has; key: halo:tag:<id>
SELECT tag_key AS source_key, min(name) AS name
FROM base_tags
WHERE is_used AND is_first
GROUP BY tag_key
