-- one row per message and note of a conversation or ticket that was read in full; key: (thread_id, position)
-- position 0 is the message that opens the thread, which Intercom keeps apart; id is NULL for that of a ticket.
SELECT
    id AS thread_id, source_id AS id, CAST(0 AS BIGINT) AS position, 'message' AS part_type, source_author_type AS author_type,
    source_author_id AS author_id, source_body AS body, created_at
FROM intercom_live.conversations
UNION ALL
SELECT conversation_id, id, position + 1, part_type, author_type, author_id, body, created_at
FROM intercom_live.conversation_parts
WHERE part_type IN ('comment', 'note')
UNION ALL
SELECT
    tickets.id AS thread_id, NULL AS id, 0 AS position, 'message' AS part_type, 'user' AS author_type, contacts.id AS author_id,
    (tickets.ticket_attributes ->> '_default_description_') AS body, tickets.created_at
FROM intercom_live.tickets AS tickets
LEFT JOIN (SELECT ticket_id, min(id) AS id FROM intercom_live.ticket_contacts GROUP BY ticket_id) AS contacts
    ON contacts.ticket_id = tickets.id
UNION ALL
SELECT ticket_id, id, position + 1, part_type, author_type, author_id, body, created_at
FROM intercom_live.ticket_parts
WHERE part_type IN ('comment', 'note')
