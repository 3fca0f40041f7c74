-- one row per field of a loaded internal article that was written; key: (source_key, field)
-- A link to an article is wanted with the address of what was made of it, or as plain text where it has none.
WITH pairs AS (
    SELECT
        wanted.*,
        sent.intercom_id,
        coalesce(people.id, stand_in.author_id) AS author_id,
        live.title AS found_title,
        live.body AS found_body,
        live.author_id AS found_author,
        live.owner_id AS found_owner
    FROM intercom_live.stand_in AS stand_in
    CROSS JOIN ledger.rows AS sent
    JOIN intercom.internal_articles AS wanted ON wanted.source_key = sent.source_key
    JOIN intercom_live.internal_articles AS live ON live.id = sent.intercom_id
    LEFT JOIN intercom_live.people AS people ON people.kind = 'admin' AND people.source_key = wanted.author_key
    WHERE sent.table_name = 'internal_articles' AND sent.state = 'done' AND in_share(sent.intercom_id)
),

fields AS (
    SELECT pairs.source_key, intercom_id, unnest([
        named_struct('field', 'title', 'wanted', title, 'found', found_title),
        named_struct('field', 'body', 'wanted', with_addresses(body, coalesce(by_key, '{}')), 'found', found_body),
        named_struct('field', 'author', 'wanted', author_id, 'found', found_author),
        named_struct('field', 'owner', 'wanted', author_id, 'found', found_owner)
    ]) AS one
    FROM pairs
    LEFT JOIN ledger.addresses AS addresses ON addresses.table_name = 'internal_articles' AND addresses.source_key = pairs.source_key
)

SELECT source_key, intercom_id, one['field'] AS field, one['wanted'] AS wanted, one['found'] AS found
FROM fields
WHERE one['wanted'] IS NOT NULL
