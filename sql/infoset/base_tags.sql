-- one row per tag, those that are only named included; key: tag (as rows name it: number or name)
-- Intercom's tags have no case, and Turkish letters must not be folded by the rules of English: one name is one tag.
WITH named AS (
    SELECT CAST(id AS VARCHAR) AS tag, nullif(trim(name), '') AS name, FALSE AS is_used FROM infoset.tags
    UNION ALL
    SELECT DISTINCT tag, CAST(NULL AS VARCHAR), TRUE FROM infoset.ticket_tags
    UNION ALL
    SELECT DISTINCT tag, CAST(NULL AS VARCHAR), TRUE FROM infoset.room_tags
    UNION ALL
    SELECT DISTINCT tag, CAST(NULL AS VARCHAR), TRUE FROM infoset.contact_tags
    UNION ALL
    SELECT DISTINCT tag, CAST(NULL AS VARCHAR), TRUE FROM infoset.company_tags
),

once AS (
    SELECT tag, coalesce(max(name), trim(tag)) AS name, bool_or(is_used) AS is_used
    FROM named
    WHERE trim(tag) <> ''
    GROUP BY tag
)

SELECT
    tag,
    first_value(name) OVER same                                                             AS name,
    'infoset:tag:' || stable_key(lower(name))                                               AS tag_key,
    bool_or(is_used) OVER (PARTITION BY lower(name))                                        AS is_used,
    row_number() OVER same = 1                                                              AS is_first
FROM once
WINDOW same AS (PARTITION BY lower(name) ORDER BY name, tag)
