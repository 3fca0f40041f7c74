-- How many public replies did each agent write in each month?
SELECT
    extract(year FROM parts.created_at) AS year,
    extract(month FROM parts.created_at) AS month,
    coalesce(admins.name, parts.author_name, '?') AS agent,
    count(*) AS replies,
    count(DISTINCT parts.conversation_key) AS conversations
FROM intercom.conversation_parts AS parts
LEFT JOIN intercom.admins AS admins ON admins.source_key = parts.author_key
WHERE parts.author_type = 'admin' AND parts.part_type = 'comment'
GROUP BY extract(year FROM parts.created_at), extract(month FROM parts.created_at), coalesce(admins.name, parts.author_name, '?')
ORDER BY year, month, replies DESC, agent
