-- one row per knowledge-base category with its depth and whether all above it is public; key: id
-- Categories that are their own ancestor (Hesk could be made to do that) are taken to the top. They, and what hangs on a
-- category that does not exist, could not be reached in Hesk: nothing says that they were public.
WITH RECURSIVE chain AS (
    SELECT id, id AS at, parent, type = '1' AS private, 0 AS depth
    FROM hesk.kb_categories
    UNION ALL
    SELECT chain.id, above.id AS at, above.parent, chain.private OR above.type = '1' AS private, chain.depth + 1 AS depth
    FROM chain
    JOIN hesk.kb_categories AS above ON above.id = chain.parent
    WHERE chain.depth < 50 AND above.id <> chain.at
),

reach AS (
    SELECT
        id,
        max(depth) AS depth,
        bool_or(private) AS private,
        bool_or(coalesce(parent, 0) = 0) AS rooted,
        bool_or(at = id AND depth > 0) AS in_cycle
    FROM chain
    GROUP BY id
)

SELECT
    categories.id,
    'hesk:collection:' || categories.id                                            AS source_key,
    CASE WHEN NOT reach.in_cycle AND parents.id IS NOT NULL AND parents.id <> categories.id
        THEN 'hesk:collection:' || parents.id END                                  AS parent_key,
    decode_entities(trim(categories.name))                                         AS name,
    reach.depth,
    reach.private OR NOT reach.rooted                                               AS private,
    categories.cat_order
FROM hesk.kb_categories AS categories
JOIN reach ON reach.id = categories.id
LEFT JOIN hesk.kb_categories AS parents ON parents.id = categories.parent
