-- one row per top level with the path of those above it; key: id
WITH RECURSIVE chain AS (
    SELECT id, parentid, trim(name) AS path, 0 AS depth
    FROM halo.top_levels
    UNION ALL
    SELECT chain.id, above.parentid, trim(above.name) || ' > ' || chain.path AS path, chain.depth + 1 AS depth
    FROM chain
    JOIN halo.top_levels AS above ON above.id = chain.parentid
    WHERE chain.depth < 20 AND above.id <> chain.id
)

SELECT id, last_value(path ORDER BY depth) AS path
FROM chain
GROUP BY id
