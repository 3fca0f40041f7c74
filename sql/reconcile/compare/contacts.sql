-- one row per field of a loaded contact that was written; key: (source_key, field, wanted)
-- A contact that shares that of another row stays as the first has made it: only tags and companies of the second are its own.
WITH sent AS (
    SELECT rows.source_key, rows.intercom_id, merged.source_key IS NULL AS is_own
    FROM ledger.rows AS rows
    LEFT JOIN ledger.merged AS merged ON merged.source_key = rows.source_key
    WHERE rows.table_name = 'contacts' AND rows.state = 'done' AND in_share(rows.intercom_id)
),

fields AS (
    SELECT sent.source_key, sent.intercom_id, unnest([
        named_struct('field', 'external_id', 'wanted', wanted.external_id, 'found', live.external_id),
        named_struct('field', 'role', 'wanted', wanted.role, 'found', live.role),
        named_struct('field', 'email', 'wanted', wanted.email, 'found', live.email),
        named_struct('field', 'phone', 'wanted', wanted.phone, 'found', live.phone),
        named_struct('field', 'name', 'wanted', wanted.name, 'found', live.name),
        named_struct('field', 'signed_up_at', 'wanted', CAST(wanted.signed_up_at AS VARCHAR), 'found', CAST(live.signed_up_at AS VARCHAR)),
        named_struct('field', 'last_seen_at', 'wanted', CAST(wanted.last_seen_at AS VARCHAR), 'found', CAST(live.last_seen_at AS VARCHAR)),
        named_struct('field', 'unsubscribed_from_emails', 'wanted', CAST(wanted.unsubscribed_from_emails AS VARCHAR),
            'found', CAST(live.unsubscribed_from_emails AS VARCHAR)),
        named_struct('field', 'owner_id', 'wanted', owners.id, 'found', live.owner_id)
    ]) AS one
    FROM sent
    JOIN intercom.contacts AS wanted ON wanted.source_key = sent.source_key
    JOIN intercom_live.contacts AS live ON live.id = sent.intercom_id
    LEFT JOIN intercom_live.people AS owners ON owners.kind = 'admin' AND owners.source_key = wanted.owner_key
    WHERE sent.is_own
),

attributes AS (
    SELECT
        sent.source_key, sent.intercom_id, wanted.custom_attributes AS wanted, live.custom_attributes AS found,
        unnest(json_object_keys(wanted.custom_attributes)) AS name
    FROM sent
    JOIN intercom.contacts AS wanted ON wanted.source_key = sent.source_key
    JOIN intercom_live.contacts AS live ON live.id = sent.intercom_id
    WHERE sent.is_own
),

tags AS (
    SELECT sent.source_key, sent.intercom_id, unnest(json_get_array(wanted.tag_keys)) AS tag_key
    FROM sent
    JOIN intercom.contacts AS wanted ON wanted.source_key = sent.source_key
),

-- A contact shows the first ten; the lists are read where there are more.
live_tags AS (
    SELECT contact_id, id FROM intercom_live.contact_tags
    UNION
    SELECT contact_id, id FROM intercom_live.contact_all_tags
),

live_companies AS (
    SELECT contact_id, id FROM intercom_live.contact_companies
    UNION
    SELECT contact_id, id FROM intercom_live.contact_all_companies
),

companies AS (
    SELECT sent.source_key, sent.intercom_id, unnest(json_get_array(wanted.company_keys)) AS company_key
    FROM sent
    JOIN intercom.contacts AS wanted ON wanted.source_key = sent.source_key
)

SELECT source_key, intercom_id, one['field'] AS field, one['wanted'] AS wanted, one['found'] AS found
FROM fields
WHERE one['wanted'] IS NOT NULL
UNION ALL
SELECT source_key, intercom_id, 'custom_attributes.' || name, json_get_json(wanted, name), json_get_json(found, name)
FROM attributes
WHERE json_get_json(wanted, name) <> 'null'
UNION ALL
SELECT tags.source_key, tags.intercom_id, 'tags', sent.intercom_id, live.id
FROM tags
JOIN ledger.rows AS sent ON sent.table_name = 'tags' AND sent.state = 'done' AND '"' || sent.source_key || '"' = tags.tag_key
JOIN intercom_live.contacts AS holder ON holder.id = tags.intercom_id
LEFT JOIN live_tags AS live ON live.contact_id = tags.intercom_id AND live.id = sent.intercom_id
UNION ALL
SELECT companies.source_key, companies.intercom_id, 'companies', sent.intercom_id, live.id
FROM companies
JOIN ledger.rows AS sent
    ON sent.table_name = 'companies' AND sent.state = 'done' AND '"' || sent.source_key || '"' = companies.company_key
JOIN intercom_live.contacts AS holder ON holder.id = companies.intercom_id
LEFT JOIN live_companies AS live ON live.contact_id = companies.intercom_id AND live.id = sent.intercom_id
