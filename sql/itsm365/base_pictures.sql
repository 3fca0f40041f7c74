-- one row per picture in a text of a conversation, with the file that it is; key: (table_name, key, place)
-- A picture by a link to a file of the desk is that file; one inside the text has no file of its own.
SELECT
    table_name,
    key,
    place,
    name,
    sha256,
    size,
    content_type,
    CASE WHEN place LIKE '%uuid=file$%' THEN regexp_replace(place, '^.*uuid=(file[$][0-9]+).*$', '\1', 's') END AS uuid
FROM itsm365.files
WHERE table_name IN ('tickets', 'ticket_comments', 'changes', 'change_comments') AND place <> ''
