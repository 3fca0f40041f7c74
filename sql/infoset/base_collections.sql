-- one row per help center category with its depth; key: id
-- Categories that are above themselves are taken to the top, as are those whose parent does not exist.
WITH RECURSIVE chain AS (
    SELECT id, id AS at, parent_id AS parent, 0 AS depth FROM infoset.help_categories
    UNION ALL
    SELECT chain.id, above.id AS at, above.parent_id AS parent, chain.depth + 1 AS depth
    FROM chain
    JOIN infoset.help_categories AS above ON above.id = chain.parent
    WHERE chain.depth < 50 AND above.id <> chain.at
),

reach AS (
    SELECT id, max(depth) AS depth, bool_or(at = id AND depth > 0) AS in_cycle FROM chain GROUP BY id
),

names AS (
    SELECT
        names.category_id,
        max(CASE WHEN languages.is_default THEN nullif(trim(names.name), '') END)           AS name,
        max(CASE WHEN languages.is_default THEN nullif(trim(names.description), '') END)    AS description,
        '{' || string_agg(CASE WHEN NOT languages.is_default AND trim(names.name) <> ''
            THEN json_quote(languages.locale) || ':' || attributes('name', trim(names.name), 'description', nullif(trim(names.description), '')) END, ',' ORDER BY languages.locale) || '}' AS translated_content
    FROM infoset.help_names AS names
    JOIN base_languages AS languages ON languages.language = lower(trim(names.language))
    GROUP BY names.category_id
)

SELECT
    categories.id,
    'infoset:category:' || categories.id                                                    AS source_key,
    CASE WHEN NOT reach.in_cycle AND parents.id IS NOT NULL AND parents.id <> categories.id THEN 'infoset:category:' || parents.id END AS parent_key,
    coalesce(names.name, nullif(trim(categories.name), ''), 'Category ' || categories.id)   AS name,
    coalesce(names.description, nullif(trim(categories.description), ''))                   AS description,
    names.translated_content,
    CASE WHEN reach.in_cycle OR parents.id IS NULL THEN 0 ELSE reach.depth END              AS depth,
    categories.place
FROM infoset.help_categories AS categories
JOIN reach ON reach.id = categories.id
LEFT JOIN infoset.help_categories AS parents ON parents.id = categories.parent_id
LEFT JOIN names ON names.category_id = categories.id
