-- one row per file and picture of a ticket that is brought over, with the part it belongs to; key: source_key
-- A file of an action that is no part of its own (it repeats the opening, or is an event that is left out) goes to the opening.
WITH listed AS (
    SELECT id, ticket_id, action_id, filename, filesize, 'attachments' AS table_name, 0 AS place FROM halo.attachments
    UNION ALL
    SELECT id, ticket_id, action_id, filename, filesize, 'action_attachments', 1 FROM halo.action_attachments
),

once AS (
    SELECT *, row_number() OVER (PARTITION BY id ORDER BY CASE WHEN action_id > 0 THEN 0 ELSE 1 END, place) AS nth
    FROM listed
),

stored AS (
    SELECT
        CAST(key AS BIGINT)                                                                 AS id,
        first_value(name ORDER BY CASE WHEN sha256 IS NULL THEN 1 ELSE 0 END)               AS name,
        first_value(sha256 ORDER BY CASE WHEN sha256 IS NULL THEN 1 ELSE 0 END)             AS sha256,
        first_value(size ORDER BY CASE WHEN sha256 IS NULL THEN 1 ELSE 0 END)               AS size,
        first_value(content_type ORDER BY CASE WHEN sha256 IS NULL THEN 1 ELSE 0 END)       AS content_type
    FROM halo.files
    WHERE table_name IN ('attachments', 'action_attachments') AND place = ''
    GROUP BY CAST(key AS BIGINT)
),

files AS (
    SELECT
        'halo:attachment:' || once.id                                                       AS source_key,
        once.ticket_id,
        CASE WHEN once.action_id > 0 THEN once.action_id END                                AS action_id,
        once.id                                                                             AS nth,
        coalesce(nullif(trim(once.filename), ''), nullif(trim(stored.name), ''), 'attachment-' || once.id) AS name,
        coalesce(stored.size, once.filesize, 0)                                             AS size,
        stored.content_type,
        stored.sha256,
        once.id                                                                             AS attachment_id
    FROM once
    LEFT JOIN stored ON stored.id = once.id
    WHERE once.nth = 1
),

pictures AS (
    SELECT
        'halo:picture:' || replace(key, '/', ':') || ':' || stable_key(place)               AS source_key,
        CAST(split_part(key, '/', 1) AS BIGINT)                                             AS ticket_id,
        CASE WHEN table_name = 'actions' THEN CAST(split_part(key, '/', 2) AS BIGINT) END   AS action_id,
        1000000000 + row_number() OVER (PARTITION BY table_name, key ORDER BY place)        AS nth,
        coalesce(nullif(trim(name), ''), 'picture')                                         AS name,
        coalesce(size, 0)                                                                   AS size,
        content_type,
        sha256,
        CAST(NULL AS BIGINT)                                                                AS attachment_id,
        place
    FROM halo.files
    WHERE table_name IN ('tickets', 'actions') AND place <> ''
),

everything AS (
    SELECT source_key, ticket_id, action_id, nth, name, size, content_type, sha256, attachment_id, CAST(NULL AS VARCHAR) AS place FROM files
    UNION ALL
    SELECT source_key, ticket_id, action_id, nth, name, size, content_type, sha256, attachment_id, place FROM pictures
),

placed AS (
    SELECT
        files.*,
        coalesce(parts.source_key, openings.source_key, moved.source_key, threads.source_key) AS part_key
    FROM everything AS files
    LEFT JOIN base_tickets AS tickets ON tickets.id = files.ticket_id
    LEFT JOIN conversation_parts AS parts ON parts.source_key = 'halo:action:' || files.ticket_id || ':' || files.action_id
    LEFT JOIN conversation_parts AS openings ON openings.source_key = 'halo:message:' || files.ticket_id
    LEFT JOIN base_messages AS messages ON messages.source_key = 'halo:message:' || files.ticket_id
    LEFT JOIN conversation_parts AS moved ON moved.source_key = messages.moved_to
    LEFT JOIN conversation_parts AS threads ON threads.source_key = 'halo:message:' || tickets.thread_id AND tickets.fate = 'merged'
)

SELECT
    *,
    -- A picture of the opening is also in the action that repeats it, and a picture can be listed as a file as well.
    row_number() OVER (
        PARTITION BY part_key, coalesce(sha256, place, source_key)
        ORDER BY CASE WHEN attachment_id IS NULL THEN 1 ELSE 0 END, nth, source_key)        AS occurrence
FROM placed
