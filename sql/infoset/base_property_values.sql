-- one row per filled custom property of an object; key: (scope, id, key)
-- The source gives them as an object of values by key, or as a list of keys and values. `json` is the value as it is there.
WITH lists AS (
    SELECT 'ticket' AS scope, id, custom FROM infoset.tickets
    UNION ALL
    SELECT 'room', id, custom FROM infoset.rooms
    UNION ALL
    SELECT 'contact', id, custom FROM infoset.contacts
    UNION ALL
    SELECT 'company', id, custom FROM infoset.companies
    UNION ALL
    SELECT 'deal', id, custom FROM infoset.deals
),

keys AS (
    SELECT scope, id, custom, unnest(json_object_keys(custom)) AS key FROM lists WHERE custom LIKE '{%'
),

items AS (
    SELECT scope, id, unnest(json_get_array(custom)) AS item FROM lists WHERE custom LIKE '[%'
),

found AS (
    SELECT scope, id, key, json_get_json(custom, key) AS json FROM keys
    UNION ALL
    SELECT scope, id, coalesce((item ->> 'key'), (item ->> 'name')) AS key, json_get_json(item, 'value') AS json FROM items
)

SELECT
    scope,
    id,
    key,
    max(json)                                                                               AS json,
    nullif(trim(max(CASE WHEN json LIKE '"%' THEN (('{"v":' || json || '}') ->> 'v')
        WHEN json LIKE '["%' THEN array_to_string(string_to_array(regexp_replace(json, '^\["|"\]$', '', 'g'), '","'), ', ')
        ELSE json END)), '')                                                                AS text
FROM found
WHERE key IS NOT NULL AND json IS NOT NULL AND json NOT IN ('null', '""', '[]', '{}')
GROUP BY scope, id, key
