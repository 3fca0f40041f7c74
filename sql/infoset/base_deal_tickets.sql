-- one row per deal and thread that it belongs to; key: (deal_id, thread_key)
SELECT
    named.id                                                                                AS deal_id,
    tickets.thread_key,
    min(coalesce(nullif(trim(named.name), ''), 'Deal ' || named.id))                        AS name
FROM (
    SELECT id, name, unnest(string_to_array(regexp_replace(ticket_ids, '[^0-9,]', '', 'g'), ',')) AS number
    FROM infoset.deals
    WHERE ticket_ids IS NOT NULL
) AS named
JOIN base_tickets AS tickets ON CAST(tickets.id AS VARCHAR) = named.number
GROUP BY named.id, tickets.thread_key
