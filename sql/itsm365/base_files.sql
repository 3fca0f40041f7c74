-- one row per file and picture of a conversation, with the part it belongs to; key: source_key
-- A file can be attached to the ticket, named by a comment and shown in texts: it is one file of the thread, at the comment that
-- names it, else at the text that shows it, else at the message that it is itself, else at the opening.
WITH texts AS (
    SELECT uuid AS key, 'itsm365:resolution:' || substr(source_key, 9) AS part_key, resolution AS html FROM base_tickets WHERE resolution IS NOT NULL
),

-- What is told of a problem or task in a note: its files are the note's.
notes AS (
    SELECT uuid AS about, 'itsm365:' || kind || '_note:' || split_part(uuid, '$', 2) || ':' || split_part(ticket, '$', 2) AS part_key
    FROM base_links
    WHERE kind IN ('problem', 'task')
),

places AS (
    SELECT uuid, CAST(NULL AS VARCHAR) AS place, title AS name, 'itsm365:message:' || replace(about, '$', ':') AS part_key, 4 AS rank, CAST(NULL AS VARCHAR) AS sha256, CAST(NULL AS BIGINT) AS size, CAST(NULL AS VARCHAR) AS content_type
    FROM base_listed_files
    WHERE comment IS NULL
    UNION ALL
    SELECT uuid, NULL, title, 'itsm365:file_message:' || split_part(uuid, '$', 2), 3, NULL, NULL, NULL
    FROM base_listed_files
    WHERE comment IS NULL
    UNION ALL
    SELECT uuid, NULL, title, 'itsm365:' || replace(comment, '$', ':'), 0, NULL, NULL, NULL
    FROM base_listed_files
    WHERE comment IS NOT NULL
    UNION ALL
    SELECT files.uuid, NULL, files.title, notes.part_key, 0, NULL, NULL, NULL
    FROM base_listed_files AS files
    JOIN notes ON notes.about = files.about
    UNION ALL
    SELECT pictures.uuid, pictures.place, pictures.name, notes.part_key, 1, pictures.sha256, pictures.size, pictures.content_type
    FROM base_pictures AS pictures
    JOIN notes ON notes.about = pictures.about
    UNION ALL
    SELECT uuid, place, name, 'itsm365:' || replace(key, '$', ':'), 1, sha256, size, content_type
    FROM base_pictures
    WHERE table_name IN ('ticket_comments', 'change_comments')
    UNION ALL
    SELECT
        pictures.uuid, pictures.place, pictures.name,
        CASE WHEN strpos(texts.html, coalesce(pictures.uuid, pictures.place)) > 0 AND strpos(coalesce(tickets.html, ''), coalesce(pictures.uuid, pictures.place)) = 0
            THEN texts.part_key ELSE 'itsm365:message:' || replace(pictures.key, '$', ':') END,
        2, pictures.sha256, pictures.size, pictures.content_type
    FROM base_pictures AS pictures
    LEFT JOIN texts ON texts.key = pictures.key
    LEFT JOIN base_tickets AS tickets ON tickets.uuid = pictures.key
    WHERE pictures.table_name IN ('tickets', 'changes')
),

found AS (
    SELECT
        places.uuid,
        places.place,
        parts.source_key                                                                    AS part_key,
        parts.conversation_key,
        coalesce(stored.name, nullif(trim(places.name), ''), 'file')      AS name,
        coalesce(places.sha256, stored.sha256)                                              AS sha256,
        coalesce(places.size, stored.size, 0)                                               AS size,
        coalesce(places.content_type, stored.content_type)                                  AS content_type,
        row_number() OVER (
            PARTITION BY parts.conversation_key, coalesce(places.uuid, parts.source_key || places.place)
            ORDER BY places.rank, parts.position, places.place NULLS FIRST)                 AS occurrence
    FROM places
    JOIN conversation_parts AS parts ON parts.source_key = places.part_key
    LEFT JOIN base_stored_files AS stored ON stored.uuid = places.uuid
),

once AS (
    SELECT *, row_number() OVER (PARTITION BY uuid ORDER BY conversation_key) AS thread_nth
    FROM found
    WHERE occurrence = 1
)

SELECT
    CASE
        WHEN uuid IS NULL THEN 'itsm365:picture:' || substr(part_key, 9) || ':' || stable_key(place)
        WHEN thread_nth = 1 THEN 'itsm365:' || replace(uuid, '$', ':')
        ELSE 'itsm365:' || replace(uuid, '$', ':') || ':' || substr(conversation_key, 9)
    END                                                                                     AS source_key,
    uuid,
    part_key,
    name,
    sha256,
    size,
    content_type
FROM once
