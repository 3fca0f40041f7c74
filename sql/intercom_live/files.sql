-- one row per file of a message of the workspace; key: (thread_id, part_id, position), part_id NULL for the message that opens it
SELECT conversation_id AS thread_id, part_id, position, name, content_type, filesize, url FROM intercom_live.part_attachments
UNION ALL
SELECT ticket_id, part_id, position, name, content_type, filesize, url FROM intercom_live.ticket_part_attachments
UNION ALL
SELECT conversation_id, NULL AS part_id, position, name, content_type, filesize, url FROM intercom_live.conversation_attachments
