-- one row per field of a loaded note on a contact or company; key: (source_key, field)
-- The time, which cannot be set, and an author who is not in the workspace are told in the text.
WITH live AS (
    SELECT id, contact_id AS parent_id, author_id, body FROM intercom_live.contact_notes
    UNION ALL
    SELECT id, company_row_id, author_id, body FROM intercom_live.company_notes
),

wanted AS (
    SELECT
        sent.source_key,
        sent.intercom_id,
        parents.intercom_id AS parent_id,
        coalesce(people.id, stand_in.author_id) AS author_id,
        CASE WHEN people.id IS NULL THEN coalesce(nullif(trim(notes.author_name), ''), nullif(trim(people.name), '')) END AS told,
        coalesce('<p><em>' || to_char(notes.created_at, '%Y-%m-%d %H:%M') || ' UTC</em></p>', '') || notes.body AS body
    FROM intercom_live.stand_in AS stand_in
    CROSS JOIN ledger.rows AS sent
    JOIN intercom.notes AS notes ON notes.source_key = sent.source_key
    LEFT JOIN ledger.rows AS parents ON parents.table_name IN ('contacts', 'companies') AND parents.source_key = notes.parent_key
    LEFT JOIN intercom_live.people AS people ON people.kind = 'admin' AND people.source_key = notes.author_key
    WHERE sent.table_name = 'notes' AND sent.state = 'done' AND in_share(sent.intercom_id)
),

fields AS (
    SELECT wanted.source_key, wanted.intercom_id, unnest([
        named_struct('field', 'parent', 'wanted', wanted.parent_id, 'found', live.parent_id),
        named_struct('field', 'author', 'wanted', wanted.author_id, 'found', live.author_id),
        named_struct('field', 'body', 'wanted',
            coalesce('<p><em>' || escape_html(told) || ' wrote:</em></p>', '') || wanted.body,
            'found', live.body)
    ]) AS one
    FROM wanted
    JOIN live ON live.id = wanted.intercom_id
)

SELECT source_key, intercom_id, one['field'] AS field, one['wanted'] AS wanted, one['found'] AS found
FROM fields
