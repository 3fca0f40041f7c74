-- one row per message, note or event of a conversation, in time order; key: source_key
-- The ticket's text opens the thread; where it has none, the first message does, whoever wrote it. What is older follows the opening
-- with its time and says when it was written. Pictures are files of the part, and a text in it: their links end with the desk.
WITH threads AS (
    SELECT thread_key, created_at FROM base_threads
),

candidates AS (
    SELECT
        messages.*,
        row_number() OVER (
            PARTITION BY messages.thread_key
            ORDER BY CASE WHEN rank = 0 AND has_text THEN 0 WHEN kind = 'reply' AND has_text THEN 1 WHEN rank = 0 THEN 2 ELSE 3 END,
                messages.created_at, rank, nth, source_key)                                 AS place
    FROM base_messages AS messages
    WHERE messages.stands_for IS NULL
),

timed AS (
    SELECT
        candidates.*,
        threads.created_at AS opened_at,
        greatest(candidates.created_at, threads.created_at) AS at
    FROM candidates
    JOIN threads ON threads.thread_key = candidates.thread_key
    -- A text that is not there is told only where nothing else is.
    WHERE candidates.has_text OR candidates.place = 1
),

pictures AS (
    SELECT
        CASE WHEN table_name = 'tickets' THEN 'infoset:message:' || key
             WHEN table_name = 'room_messages' THEN 'infoset:room_message:' || replace(key, '/', ':')
             ELSE 'infoset:log:' || key END                                                 AS source_key,
        '[' || string_agg(json_quote(place), ',' ORDER BY table_name, place) || ']'         AS places
    FROM infoset.files
    WHERE table_name IN ('tickets', 'ticket_logs', 'emails', 'room_messages') AND place <> '' AND place NOT LIKE 'data:%'
    GROUP BY 1
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
        ORDER BY CASE WHEN place = 1 THEN 0 ELSE 1 END, at, created_at, rank, nth, source_key) AS position,
    CASE WHEN place = 1 THEN 'message' WHEN kind = 'reply' THEN 'comment' ELSE 'note' END   AS part_type,
    CASE WHEN place = 1 OR kind = 'reply' AND author = 'contact' THEN 'contact' ELSE 'admin' END AS author_type,
    -- A note is a teammate's and an opening a contact's: of anybody else they have the name only.
    CASE WHEN author = 'contact' AND (place = 1 OR kind = 'reply') OR author <> 'contact' AND place > 1 THEN author_key END AS author_key,
    author_name,
    CASE
        WHEN place = 1 THEN coalesce(nullif(trim(html_to_text(text)), ''), '(no text)')
        WHEN created_at < at - INTERVAL '1 minute'
            THEN '<p><em>Written ' || to_char(created_at, '%Y-%m-%d %H:%M:%S') || ' UTC</em></p>' || coalesce(nullif(trim(text), ''), '(no text)')
        ELSE coalesce(nullif(trim(text), ''), '(no text)')
    END                                                                                     AS body,
    CASE WHEN place = 1 THEN opened_at ELSE at END                                          AS created_at
FROM shown
