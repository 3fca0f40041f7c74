-- one row per field of a canned answer that was loaded as a snippet; key: (source_key, field)
-- The text is sent as Markdown, as which Intercom gives it back.
WITH fields AS (
    SELECT sent.source_key, sent.intercom_id, unnest([
        named_struct('field', 'title', 'wanted', substr(wanted.title, 1, 255), 'found', live.title),
        named_struct('field', 'body', 'wanted', wanted.body_text, 'found', live.body_markdown)
    ]) AS one
    FROM ledger.rows AS sent
    JOIN intercom.saved_replies AS wanted ON wanted.source_key = sent.source_key
    JOIN intercom_live.content_snippets AS live ON live.id = sent.intercom_id
    WHERE sent.table_name = 'saved_replies' AND sent.state = 'done'
)

SELECT source_key, intercom_id, one['field'] AS field, one['wanted'] AS wanted, one['found'] AS found
FROM fields
