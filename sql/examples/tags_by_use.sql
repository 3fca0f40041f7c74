-- Which tags are used once or never?
WITH tagged AS (
    SELECT tag_keys FROM intercom.conversations
    UNION ALL
    SELECT tag_keys FROM intercom.contacts
    UNION ALL
    SELECT tag_keys FROM intercom.companies
    UNION ALL
    SELECT tag_keys FROM intercom.articles
)

SELECT tags.source_key, tags.name, count(tagged.tag_keys) AS used
FROM intercom.tags AS tags
LEFT JOIN tagged ON strpos(tagged.tag_keys, '"' || tags.source_key || '"') > 0
GROUP BY tags.source_key, tags.name
HAVING count(tagged.tag_keys) <= 1
ORDER BY used, tags.name, tags.source_key
