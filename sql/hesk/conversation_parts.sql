-- one row per message, note or history line of a conversation, in time order; key: source_key
-- The message that opens the thread is first. Merged tickets bring messages older than it: they follow it with its time and
-- say when they were written, as does a line of history from before it. A time that is not known is the ticket's.
WITH timed AS (
    SELECT
        messages.source_key,
        tickets.source_key                                                         AS conversation_key,
        messages.part_type,
        messages.author_type,
        messages.author_key,
        messages.author_name,
        coalesce(nullif(trim(messages.body), ''), '(no text)')                     AS body,
        messages.created_at                                                        AS written_at,
        greatest(coalesce(messages.created_at, tickets.created_at), tickets.created_at) AS created_at,
        messages.rank,
        messages.nth
    FROM base_messages AS messages
    JOIN base_tickets AS tickets ON tickets.id = messages.ticket_id
    CROSS JOIN base_settings
    WHERE NOT (tickets.anonymised AND base_settings.anonymised = 'leave_out')
)

SELECT
    source_key,
    conversation_key,
    row_number() OVER (
        PARTITION BY conversation_key
        ORDER BY CASE WHEN rank = 0 THEN 0 ELSE 1 END, created_at, written_at, rank, nth) AS position,
    part_type,
    author_type,
    author_key,
    author_name,
    CASE
        WHEN rank > 0 AND written_at < created_at - INTERVAL '1 minute'
            THEN '<p><em>Written ' || to_char(written_at, '%Y-%m-%d %H:%M:%S') || ' UTC</em></p>' || body
        ELSE body
    END                                                                            AS body,
    created_at
FROM timed
