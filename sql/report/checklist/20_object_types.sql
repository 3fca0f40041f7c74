-- Custom object types to make by hand
-- Settings > Data > Custom objects, each with a reference to people that is called like the type. Names must be exactly these;
-- attributes of other types are refused.
WITH names AS (
    SELECT object_type, custom_attributes, unnest(json_object_keys(custom_attributes)) AS name
    FROM intercom.custom_objects
    WHERE custom_attributes IS NOT NULL
),

judged AS (
    SELECT object_type, name, json_get_json(custom_attributes, name) AS json FROM names
)

SELECT
    object_type AS section,
    name AS attribute,
    CASE
        WHEN bool_and(json IN ('true', 'false')) THEN 'boolean'
        WHEN bool_and(regexp_like(json, '^-?[0-9]+$')) THEN 'integer, or datetime where it holds a time'
        WHEN bool_and(regexp_like(json, '^-?[0-9]')) THEN 'decimal'
        ELSE 'text'
    END AS type,
    count(*) AS filled
FROM judged
WHERE json <> 'null'
GROUP BY object_type, name
ORDER BY object_type, name
