-- one row per help center category, parents before children; key: infoset:category:<id>
SELECT
    source_key,
    parent_key,
    name,
    description,
    row_number() OVER (ORDER BY depth, place NULLS LAST, id)                                AS position,
    translated_content
FROM base_collections
