-- one row per section or article of the knowledge base with what it becomes; key: uuid
-- Both are of one class: the type tells, and whether customers may read it. Of a type that mapping/types.csv does not know, what has
-- a text is an article for teammates. A section above itself is at the top. Links to other articles lead to what these become.
WITH RECURSIVE judged AS (
    SELECT
        kb.*,
        CASE
            WHEN coalesce(kb.removed, FALSE) THEN 'archived'
            ELSE coalesce(types.become, CASE WHEN trim(coalesce(kb.text, '')) <> '' THEN 'internal_article' ELSE 'collection' END)
        END AS fate
    FROM itsm365.kb AS kb
    LEFT JOIN mapping.types AS types ON types.type = kb.type
),

sections AS (
    SELECT uuid, parent FROM judged WHERE fate = 'collection'
),

chain AS (
    SELECT uuid, uuid AS at, parent, 0 AS depth
    FROM sections
    UNION ALL
    SELECT chain.uuid, above.uuid AS at, above.parent, chain.depth + 1 AS depth
    FROM chain
    JOIN sections AS above ON above.uuid = chain.parent
    WHERE chain.depth < 50 AND above.uuid <> chain.at
),

reach AS (
    SELECT uuid, max(depth) AS depth, bool_or(at = uuid AND depth > 0) AS in_cycle FROM chain GROUP BY uuid
)

SELECT
    pages.uuid,
    'itsm365:' || replace(pages.uuid, '$', ':')                                             AS source_key,
    pages.fate,
    coalesce(nullif(trim(pages.title), ''), pages.uuid)                                     AS title,
    CASE WHEN NOT coalesce(reach.in_cycle, FALSE) AND parents.uuid <> pages.uuid THEN 'itsm365:' || replace(parents.uuid, '$', ':') END AS parent_key,
    CASE WHEN reach.in_cycle THEN 0 ELSE coalesce(reach.depth, 0) END                       AS depth,
    clean_html(regexp_replace(pages.text, '(href=["''])[^"'']*uuid:KB[$]([0-9]+)[^"'']*(["''])', '\1deskferry:itsm365:KB:\2\3', 'gi')) AS body,
    pages.author,
    nullif(trim(pages.author_name), '')                                                     AS author_name,
    pages.responsible_employee,
    pages.created_at,
    pages.updated_at
FROM judged AS pages
LEFT JOIN sections AS parents ON parents.uuid = pages.parent
LEFT JOIN reach ON reach.uuid = pages.uuid
