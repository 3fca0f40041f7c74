-- one row per tag that a ticket, conversation, contact or company has; key: infoset:tag:<its name>
SELECT tag_key AS source_key, name
FROM base_tags
WHERE is_used AND is_first
