-- one row per article of the help center; key: source_key
SELECT
    'intercom:article:' || id                                                               AS source_key,
    id                                                                                      AS intercom_id,
    -- Since 2.16 an article is in several collections, and `parent_id` may be empty.
    CASE WHEN coalesce(parent_type, 'collection') = 'collection'
        THEN 'intercom:collection:' || coalesce(nullif(parent_id, ''), json_as_text(parent_ids, 0)) END AS collection_key,
    CASE WHEN coalesce(parent_type, 'collection') = 'collection'
        THEN source_keys('intercom:collection:', coalesce(nullif(parent_ids, '[]'), '[' || json_quote(parent_id) || ']')) ELSE '[]' END AS collection_keys,
    'intercom:admin:' || nullif(nullif(author_id, ''), '0')                                 AS author_key,
    nullif(title, '')                                                                       AS title,
    nullif(description, '')                                                                 AS description,
    body,
    html_to_text(body)                                                                      AS text,
    state,
    url,
    default_locale,
    translated_content,
    created_at,
    updated_at
FROM intercom_live.articles
