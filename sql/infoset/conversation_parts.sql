-- one row per message, note or event of a conversation, in time order; key: source_key
-- Whatever was written first opens the thread, on whichever channel and whoever wrote it. What is older (notes, what a merged ticket
-- brought) follows with the opening's time and says when it was written. Pictures are files of the part, and a text in it: their
-- links end with the desk.
WITH timed AS (
    SELECT
        messages.*,
        starts.source_key IS NOT DISTINCT FROM messages.source_key                          AS opens,
        greatest(messages.created_at, starts.created_at)                                    AS at
    FROM base_messages AS messages
    JOIN base_thread_starts AS starts ON starts.thread_key = messages.thread_key
    WHERE messages.told_by IS NULL AND (messages.has_text OR starts.source_key = messages.source_key)
),

pictures AS (
    SELECT message_key AS source_key, '[' || string_agg(DISTINCT json_quote(place), ',') || ']' AS places
    FROM (
        SELECT
            CASE WHEN table_name = 'tickets' THEN 'infoset:message:' || key
                 WHEN table_name = 'room_messages' THEN 'infoset:room_message:' || replace(key, '/', ':')
                 ELSE 'infoset:log:' || key END                                             AS message_key,
            place
        FROM infoset.files
        WHERE table_name IN ('tickets', 'ticket_logs', 'emails', 'room_messages') AND place <> '' AND place NOT LIKE 'data:%'
    ) AS named
    GROUP BY message_key
),

shown AS (
    SELECT timed.*, without_images(timed.body, pictures.places) AS text
    FROM timed
    LEFT JOIN pictures ON pictures.source_key = timed.source_key
)

SELECT
    source_key,
    thread_key                                                                              AS conversation_key,
    row_number() OVER (
        PARTITION BY thread_key
        ORDER BY CASE WHEN opens THEN 0 ELSE 1 END, at, created_at, rank, nth, source_key)  AS position,
    CASE WHEN opens THEN 'message' WHEN kind = 'reply' THEN 'comment' ELSE 'note' END       AS part_type,
    CASE WHEN opens OR kind = 'reply' AND author = 'contact' THEN 'contact' ELSE 'admin' END AS author_type,
    -- A note is a teammate's and an opening a contact's: of anybody else they have the name only.
    CASE WHEN author = 'contact' AND (opens OR kind = 'reply') OR author <> 'contact' AND NOT opens THEN author_key END AS author_key,
    author_name,
    CASE
        WHEN opens THEN coalesce(nullif(trim(html_to_text(text)), ''), '(no text)')
        WHEN created_at < at - INTERVAL '1 minute'
            THEN '<p><em>Written ' || to_char(created_at, '%Y-%m-%d %H:%M:%S') || ' UTC</em></p>' || coalesce(nullif(trim(text), ''), '(no text)')
        ELSE coalesce(nullif(trim(text), ''), '(no text)')
    END                                                                                     AS body,
    at                                                                                      AS created_at
FROM shown
