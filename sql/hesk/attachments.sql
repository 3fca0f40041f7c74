-- one row per file of a message; key: hesk:attachment:<part>:<att_id>
-- The id#name list of the message tells the parent, not attachments.ticket_id, which merges leave wrong. One file can be
-- named by two messages. A file that was not found has no sha256: a check rejects the row.
WITH named AS (
    SELECT
        source_key AS part_key,
        unnest(hesk_attachment_ids(attachments)) AS att_id,
        unnest(range(1, CAST(array_length(hesk_attachment_ids(attachments)) AS BIGINT) + 1)) AS position
    FROM base_messages
    WHERE coalesce(array_length(hesk_attachment_ids(attachments)), 0) > 0
),

once AS (
    SELECT part_key, att_id, min(position) AS position
    FROM named
    GROUP BY part_key, att_id
)

SELECT
    'hesk:attachment:' || substr(once.part_key, 6) || ':' || once.att_id            AS source_key,
    once.part_key,
    once.position,
    coalesce(nullif(decode_entities(attachments.real_name), ''), 'attachment-' || once.att_id) AS name,
    coalesce(files.content_type, 'application/octet-stream')                        AS content_type,
    coalesce(files.size, attachments.size, 0)                                       AS size,
    files.sha256
FROM once
JOIN conversation_parts AS parts ON parts.source_key = once.part_key
LEFT JOIN hesk.attachments AS attachments ON attachments.att_id = once.att_id
LEFT JOIN hesk.files AS files ON files.table_name = 'attachments' AND files.key = once.att_id
