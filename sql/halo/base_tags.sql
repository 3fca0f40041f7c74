-- one row per tag, those that only tickets and articles still name included; key: id
-- Intercom's tags have no case: spellings of one are one tag, known by the lowest id.
WITH named AS (
    SELECT id, nullif(trim(text), '') AS name, FALSE AS is_used FROM halo.tags
    UNION ALL
    SELECT id, nullif(trim(text), ''), TRUE FROM halo.ticket_tags
    UNION ALL
    SELECT id, nullif(trim(text), ''), TRUE FROM halo.article_tags
),

once AS (
    SELECT id, min(name) AS name, bool_or(is_used) AS is_used FROM named WHERE name IS NOT NULL GROUP BY id
)

SELECT
    id,
    name,
    'halo:tag:' || min(id) OVER (PARTITION BY lower(name))                                  AS tag_key,
    bool_or(is_used) OVER (PARTITION BY lower(name))                                        AS is_used,
    id = min(id) OVER (PARTITION BY lower(name))                                            AS is_first
FROM once
