-- one row per tag that a conversation has; key: itsm365:tag:<of its name>
SELECT tag_key AS source_key, min(name) AS name
FROM base_tags
GROUP BY tag_key
