-- one row per file that an article names, whether it is known or not; key: (source_key, att_id)
-- No API takes files for articles: they are staged, named at the end of the article and listed in the inventory.
WITH named AS (
    SELECT DISTINCT id, unnest(hesk_attachment_ids(attachments)) AS att_id
    FROM hesk.kb_articles
    WHERE coalesce(array_length(hesk_attachment_ids(attachments)), 0) > 0
)

SELECT
    'hesk:article:' || named.id                                                    AS source_key,
    named.att_id,
    coalesce(nullif(decode_entities(attachments.real_name), ''), 'attachment-' || named.att_id) AS name,
    attachments.att_id IS NOT NULL                                                 AS known,
    files.sha256
FROM named
LEFT JOIN hesk.kb_attachments AS attachments ON attachments.att_id = named.att_id
LEFT JOIN hesk.files AS files ON files.table_name = 'kb_attachments' AND files.key = named.att_id
