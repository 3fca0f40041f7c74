-- one row per message, note or event of a conversation, in time order; key: source_key
-- The message that opens the thread is first. What a merged ticket brought can be older: it follows the opening with its time and
-- says when it was written. Pictures that the desk serves are files of the part, and a text in it: their links end with the desk.
WITH timed AS (
    SELECT
        messages.*,
        tickets.created_at AS opened_at,
        greatest(coalesce(messages.created_at, tickets.created_at), tickets.created_at) AS at
    FROM base_messages AS messages
    JOIN base_tickets AS tickets ON tickets.source_key = messages.conversation_key AND tickets.fate = 'conversation'
    WHERE messages.moved_to IS NULL
),

pictures AS (
    SELECT 'halo:action:' || replace(key, '/', ':') AS source_key, '[' || string_agg(json_quote(place), ',') || ']' AS places
    FROM halo.files
    WHERE table_name = 'actions' AND place <> '' AND place NOT LIKE 'data:%'
    GROUP BY key
),

shown AS (
    SELECT timed.*, without_images(timed.body, pictures.places) AS text
    FROM timed
    LEFT JOIN pictures ON pictures.source_key = timed.source_key
)

SELECT
    source_key,
    conversation_key,
    row_number() OVER (
        PARTITION BY conversation_key
        ORDER BY CASE WHEN rank = 0 THEN 0 ELSE 1 END, at, created_at, rank, nth)           AS position,
    part_type,
    author_type,
    author_key,
    author_name,
    CASE
        WHEN rank > 0 AND created_at < at - INTERVAL '1 minute'
            THEN '<p><em>Written ' || to_char(created_at, '%Y-%m-%d %H:%M:%S') || ' UTC</em></p>' || coalesce(nullif(trim(text), ''), '(no text)')
        ELSE coalesce(nullif(trim(text), ''), '(no text)')
    END                                                                                     AS body,
    at                                                                                      AS created_at
FROM shown
