-- one row per note on a person or a company; key: source_key
SELECT
    'intercom:note:' || id                                                                  AS source_key,
    'intercom:contact:' || contact_id                                                       AS parent_key,
    'intercom:admin:' || nullif(author_id, '')                                              AS author_key,
    body,
    html_to_text(body)                                                                      AS text,
    created_at
FROM intercom_live.contact_notes
UNION ALL
SELECT
    'intercom:note:' || id,
    'intercom:company:' || company_row_id,
    'intercom:admin:' || nullif(author_id, ''),
    body,
    html_to_text(body),
    created_at
FROM intercom_live.company_notes
