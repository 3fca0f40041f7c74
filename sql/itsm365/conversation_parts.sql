-- one row per message or note of a conversation, in time order; key: source_key
-- The message that opens the thread is first, the resolution last: where it was written before the last comment, it says when.
-- Pictures that the desk serves are files of the part, and a text in it: their links end with the desk.
WITH timed AS (
    SELECT
        messages.*,
        greatest(coalesce(messages.created_at, tickets.created_at), tickets.created_at) AS at
    FROM base_messages AS messages
    JOIN base_tickets AS tickets ON tickets.source_key = messages.conversation_key
),

ordered AS (
    SELECT
        timed.*,
        CASE WHEN rank = 9 THEN max(at) OVER (PARTITION BY conversation_key) ELSE at END    AS told_at,
        row_number() OVER (
            PARTITION BY conversation_key
            ORDER BY CASE rank WHEN 0 THEN 0 WHEN 9 THEN 2 ELSE 1 END, at, created_at, rank, nth, source_key) AS position
    FROM timed
),

pictures AS (
    SELECT
        CASE WHEN table_name IN ('tickets', 'changes') THEN 'itsm365:resolution:' ELSE 'itsm365:' END || replace(key, '$', ':') AS source_key,
        '[' || string_agg(json_quote(place), ',') || ']' AS places
    FROM base_pictures
    WHERE place NOT LIKE 'data:%'
    GROUP BY table_name, key
),

shown AS (
    SELECT ordered.*, without_images(ordered.body, pictures.places) AS text
    FROM ordered
    LEFT JOIN pictures ON pictures.source_key = ordered.source_key
)

SELECT
    source_key,
    conversation_key,
    position,
    part_type,
    author_type,
    author_key,
    author_name,
    CASE
        WHEN rank > 0 AND created_at < told_at - INTERVAL '1 minute'
            THEN '<p><em>Written ' || to_char(created_at, '%Y-%m-%d %H:%M:%S') || ' UTC</em></p>' || coalesce(nullif(trim(text), ''), '(no text)')
        ELSE coalesce(nullif(trim(text), ''), '(no text)')
    END                                                                                     AS body,
    told_at                                                                                 AS created_at
FROM shown
