-- Which threads have more than 500 parts, of which Intercom shows the newest 500 by API?
SELECT conversation_key, count(*) AS parts, count(*) - 500 AS beyond
FROM intercom.conversation_parts
GROUP BY conversation_key
HAVING count(*) > 500
ORDER BY parts DESC, conversation_key
