-- names and titles are not UTF-8 that was once read as Latin-1 (Ã© for é); nothing repairs them silently
-- severity: warn
WITH texts AS (
    SELECT 'contacts' AS table_name, source_key, name AS text FROM intercom.contacts
    UNION ALL
    SELECT 'conversations' AS table_name, source_key, title AS text FROM intercom.conversations
    UNION ALL
    SELECT 'articles' AS table_name, source_key, title AS text FROM intercom.articles
    UNION ALL
    SELECT 'internal_articles' AS table_name, source_key, title AS text FROM intercom.internal_articles
)

SELECT table_name, source_key, 'looks wrongly encoded: ' || text AS reason
FROM texts
WHERE regexp_like(text, '[ÂÃÐÑ][\x{0080}-\x{00BF}€‚ƒ„†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]')
