-- one row per field of a file that was sent, where its message (part_key) is in the workspace; key: (source_key, field)
-- Files of a message are told apart by name, and files of one name by their order; position is that among the files found.
WITH wanted AS (
    SELECT
        attachments.*,
        sent.parent_id AS part_id,
        row_number() OVER (PARTITION BY sent.parent_id, attachments.name ORDER BY attachments.position) AS nth
    FROM intercom.attachments AS attachments
    JOIN ledger.rows AS sent ON sent.table_name = 'attachments' AND sent.state = 'done' AND sent.source_key = attachments.source_key
    WHERE in_share(sent.parent_id)
),

live AS (
    SELECT files.*, row_number() OVER (PARTITION BY part_id, name ORDER BY position) AS nth
    FROM intercom_live.attached AS files
    WHERE in_share(part_id)
),

pairs AS (
    SELECT
        wanted.source_key, wanted.part_id, wanted.name, wanted.size, wanted.content_type, wanted.sha256,
        row_number() OVER (PARTITION BY wanted.part_id ORDER BY wanted.position) AS place,
        live.name AS found_name, live.filesize AS found_size, live.content_type AS found_type, live.sha256 AS found_sha256,
        row_number() OVER (PARTITION BY wanted.part_id ORDER BY live.position) AS found_place
    FROM wanted
    JOIN live ON live.part_id = wanted.part_id AND live.name = wanted.name AND live.nth = wanted.nth
),

fields AS (
    SELECT source_key, part_id, unnest([
        named_struct('field', 'name', 'wanted', name, 'found', found_name),
        named_struct('field', 'size', 'wanted', CAST(size AS VARCHAR), 'found', CAST(found_size AS VARCHAR)),
        named_struct('field', 'content_type', 'wanted', content_type, 'found', found_type),
        named_struct('field', 'position', 'wanted', CAST(place AS VARCHAR), 'found', CAST(found_place AS VARCHAR)),
        named_struct('field', 'sha256', 'wanted', CASE WHEN found_sha256 IS NOT NULL THEN sha256 END, 'found', found_sha256)
    ]) AS one
    FROM pairs
)

SELECT source_key, part_id AS intercom_id, one['field'] AS field, one['wanted'] AS wanted, one['found'] AS found
FROM fields
-- Bytes that were not read back are not asked for.
WHERE NOT (one['field'] = 'sha256' AND one['found'] IS NULL)
