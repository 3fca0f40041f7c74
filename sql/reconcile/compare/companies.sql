-- one row per field of a loaded company that was written; key: (source_key, field, wanted)
WITH sent AS (
    SELECT source_key, intercom_id
    FROM ledger.rows
    WHERE table_name = 'companies' AND state = 'done' AND in_share(intercom_id)
),

fields AS (
    SELECT sent.source_key, sent.intercom_id, unnest([
        named_struct('field', 'company_id', 'wanted', wanted.company_id, 'found', live.company_id),
        named_struct('field', 'name', 'wanted', wanted.name, 'found', live.name),
        named_struct('field', 'website', 'wanted', wanted.website, 'found', live.website),
        named_struct('field', 'industry', 'wanted', wanted.industry, 'found', live.industry),
        named_struct('field', 'plan', 'wanted', wanted.plan, 'found', live.plan),
        named_struct('field', 'size', 'wanted', CAST(wanted.size AS VARCHAR), 'found', CAST(live.size AS VARCHAR)),
        -- More than 2,147,483,647 is not taken.
        named_struct('field', 'monthly_spend', 'wanted', CASE WHEN wanted.monthly_spend > 2147483647 THEN '2147483647' ELSE CAST(wanted.monthly_spend AS VARCHAR) END,
            'found', CAST(CAST(live.monthly_spend AS BIGINT) AS VARCHAR)),
        named_struct('field', 'remote_created_at', 'wanted', CAST(wanted.remote_created_at AS VARCHAR),
            'found', CAST(live.remote_created_at AS VARCHAR))
    ]) AS one
    FROM sent
    JOIN intercom.companies AS wanted ON wanted.source_key = sent.source_key
    JOIN intercom_live.companies AS live ON live.id = sent.intercom_id
),

attributes AS (
    SELECT
        sent.source_key, sent.intercom_id, wanted.custom_attributes AS wanted, live.custom_attributes AS found,
        unnest(json_object_keys(wanted.custom_attributes)) AS name
    FROM sent
    JOIN intercom.companies AS wanted ON wanted.source_key = sent.source_key
    JOIN intercom_live.companies AS live ON live.id = sent.intercom_id
),

tags AS (
    SELECT sent.source_key, sent.intercom_id, unnest(json_get_array(wanted.tag_keys)) AS tag_key
    FROM sent
    JOIN intercom.companies AS wanted ON wanted.source_key = sent.source_key
)

SELECT source_key, intercom_id, one['field'] AS field, one['wanted'] AS wanted, one['found'] AS found
FROM fields
WHERE one['wanted'] IS NOT NULL
UNION ALL
SELECT
    source_key,
    intercom_id,
    'custom_attributes.' || name,
    -- Every value is told as text.
    CASE WHEN regexp_like(json_get_json(wanted, name), '^["\[{]') THEN json_get_json(wanted, name) ELSE '"' || json_get_json(wanted, name) || '"' END,
    json_get_json(found, name)
FROM attributes
WHERE json_get_json(wanted, name) <> 'null'
UNION ALL
SELECT tags.source_key, tags.intercom_id, 'tags', sent.intercom_id, live.id
FROM tags
JOIN ledger.rows AS sent ON sent.table_name = 'tags' AND sent.state = 'done' AND '"' || sent.source_key || '"' = tags.tag_key
JOIN intercom_live.companies AS holder ON holder.id = tags.intercom_id
LEFT JOIN intercom_live.company_tags AS live ON live.company_id = tags.intercom_id AND live.id = sent.intercom_id
