-- one row per FAQ list with its depth and whether it and all above it is shown to every customer; key: id
-- Lists that are above themselves are taken to the top, as are those whose group does not exist: nothing says that customers saw
-- these.
WITH RECURSIVE chain AS (
    SELECT id, id AS at, group_id AS parent, coalesce(dontshowonportal, FALSE) OR NOT coalesce(showforall, TRUE) AS hidden, 0 AS depth
    FROM halo.faq_lists
    UNION ALL
    SELECT chain.id, above.id AS at, above.group_id AS parent, chain.hidden OR coalesce(above.dontshowonportal, FALSE) OR NOT coalesce(above.showforall, TRUE) AS hidden, chain.depth + 1 AS depth
    FROM chain
    JOIN halo.faq_lists AS above ON above.id = chain.parent AND chain.parent > 0
    WHERE chain.depth < 50 AND above.id <> chain.at
),

reach AS (
    SELECT id, max(depth) AS depth, bool_or(hidden) AS hidden, bool_or(coalesce(parent, 0) <= 0) AS rooted, bool_or(at = id AND depth > 0) AS in_cycle
    FROM chain
    GROUP BY id
)

SELECT
    lists.id,
    'halo:faq_list:' || lists.id                                                            AS source_key,
    CASE WHEN NOT reach.in_cycle AND parents.id IS NOT NULL AND parents.id <> lists.id THEN 'halo:faq_list:' || parents.id END AS parent_key,
    coalesce(nullif(trim(lists.name), ''), 'FAQ list ' || lists.id)                         AS name,
    CASE WHEN reach.in_cycle THEN 0 ELSE reach.depth END                                    AS depth,
    reach.hidden OR NOT reach.rooted                                                        AS hidden
FROM halo.faq_lists AS lists
JOIN reach ON reach.id = lists.id
LEFT JOIN halo.faq_lists AS parents ON parents.id = lists.group_id AND lists.group_id > 0
