-- one row per field of a loaded article that was written, translations and tags too; key: (source_key, field, wanted)
-- A link to another article is wanted with the address of what was made of it, or as plain text where it has none.
WITH pairs AS (
    SELECT
        wanted.*,
        sent.intercom_id,
        parents.intercom_id AS wanted_parent,
        coalesce(people.id, stand_in.author_id) AS author_id,
        live.title AS found_title,
        live.description AS found_description,
        live.body AS found_body,
        live.state AS found_state,
        live.author_id AS found_author,
        coalesce(live.parent_id, json_get_json(live.parent_ids, 0)) AS found_parent,
        live.translated_content AS found_content
    FROM intercom_live.stand_in AS stand_in
    CROSS JOIN ledger.rows AS sent
    JOIN intercom.articles AS wanted ON wanted.source_key = sent.source_key
    JOIN intercom_live.articles AS live ON live.id = sent.intercom_id
    LEFT JOIN ledger.rows AS parents ON parents.table_name = 'collections' AND parents.source_key = wanted.parent_key
    LEFT JOIN intercom_live.people AS people ON people.kind = 'admin' AND people.source_key = wanted.author_key
    WHERE sent.table_name = 'articles' AND sent.state = 'done' AND in_share(sent.intercom_id)
),

fields AS (
    SELECT pairs.source_key, intercom_id, unnest([
        named_struct('field', 'title', 'wanted', title, 'found', found_title),
        named_struct('field', 'description', 'wanted', description, 'found', found_description),
        named_struct('field', 'body', 'wanted', with_addresses(body, coalesce(by_key, '{}')), 'found', found_body),
        named_struct('field', 'state', 'wanted', state, 'found', found_state),
        named_struct('field', 'author', 'wanted', author_id, 'found', found_author),
        named_struct('field', 'parent', 'wanted', wanted_parent, 'found', found_parent)
    ]) AS one
    FROM pairs
    LEFT JOIN ledger.addresses AS addresses ON addresses.table_name = 'articles' AND addresses.source_key = pairs.source_key
),

locales AS (
    SELECT pairs.source_key, intercom_id, translated_content, found_content, by_key, unnest(json_object_keys(translated_content)) AS locale
    FROM pairs
    LEFT JOIN ledger.addresses AS addresses ON addresses.table_name = 'articles' AND addresses.source_key = pairs.source_key
),

translations AS (
    SELECT source_key, intercom_id, locale, unnest([
        named_struct('field', 'title', 'wanted', json_get_str(json_get_json(translated_content, locale), 'title'), 'found', json_get_str(json_get_json(found_content, locale), 'title')),
        named_struct('field', 'description', 'wanted', json_get_str(json_get_json(translated_content, locale), 'description'),
            'found', json_get_str(json_get_json(found_content, locale), 'description')),
        named_struct('field', 'body', 'wanted', with_addresses(json_get_str(json_get_json(translated_content, locale), 'body'), coalesce(by_key, '{}')),
            'found', json_get_str(json_get_json(found_content, locale), 'body')),
        named_struct('field', 'state', 'wanted', json_get_str(json_get_json(translated_content, locale), 'state'), 'found', json_get_str(json_get_json(found_content, locale), 'state'))
    ]) AS one
    FROM locales
),

tags AS (
    SELECT source_key, intercom_id, unnest(json_get_array(tag_keys)) AS tag_key
    FROM pairs
)

SELECT source_key, intercom_id, one['field'] AS field, one['wanted'] AS wanted, one['found'] AS found
FROM fields
WHERE one['wanted'] IS NOT NULL
UNION ALL
SELECT source_key, intercom_id, locale || '.' || one['field'], one['wanted'], one['found']
FROM translations
WHERE one['wanted'] IS NOT NULL
UNION ALL
SELECT tags.source_key, tags.intercom_id, 'tags', sent.intercom_id, live.id
FROM tags
JOIN ledger.rows AS sent ON sent.table_name = 'tags' AND sent.state = 'done' AND '"' || sent.source_key || '"' = tags.tag_key
LEFT JOIN intercom_live.article_tags AS live ON live.article_id = tags.intercom_id AND live.id = sent.intercom_id
