-- one row per conversation or ticket that people take part in; key: thread_key
-- contact_keys: JSON array in the order in which Intercom names them; first_key: the first. Who was merged is who it is now: a merge
-- changes threads in Intercom without moving the time of their last change.
WITH named AS (
    SELECT 'intercom:conversation:' || conversation_id AS thread_key, id, position FROM intercom_live.conversation_contacts
    UNION ALL
    SELECT 'intercom:ticket:' || ticket_id, id, position FROM intercom_live.ticket_contacts
),

people AS (
    SELECT named.thread_key, coalesce(merges.into_id, named.id) AS id, min(named.position)  AS position
    FROM base_merges AS merges
    RIGHT JOIN named ON merges.id = named.id
    GROUP BY named.thread_key, coalesce(merges.into_id, named.id)
)

SELECT
    thread_key,
    json_list(position, json_quote('intercom:contact:' || id))                              AS contact_keys,
    max('intercom:contact:' || id) FILTER (WHERE position = 0)                              AS first_key
FROM people
GROUP BY thread_key
