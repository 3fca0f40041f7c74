-- one row per article whose text leads to others of the migration; key: (table_name, source_key)
-- by_key: a JSON object with the address in the help center of each article and collection that it leads to and that has one.
WITH texts AS (
    SELECT 'articles' AS table_name, source_key, coalesce(body, '') || coalesce(translated_content, '') AS text FROM intercom.articles
    UNION ALL
    SELECT 'internal_articles' AS table_name, source_key, body AS text FROM intercom.internal_articles
),

pieces AS (
    SELECT table_name, source_key, unnest(string_to_array(text, 'deskferry:')) AS piece
    FROM texts
    WHERE text LIKE '%deskferry:%'
),

targets AS (
    SELECT DISTINCT pieces.table_name, pieces.source_key, steps.source_key AS target_key, (steps.detail ->> 'url') AS url
    FROM pieces
    JOIN ledger.steps AS steps
        ON steps.source_key = replace(regexp_replace(pieces.piece, '[\\"].*$', '', 's'), '&amp;', '&')
        AND steps.table_name IN ('articles', 'collections') AND steps.step = 'create' AND steps.state = 'done'
    WHERE (steps.detail ->> 'url') IS NOT NULL
)

SELECT
    table_name,
    source_key,
    '{' || string_agg('"' || replace(replace(target_key, '\', '\\'), '"', '\"') || '":"' || replace(replace(url, '\', '\\'), '"', '\"') || '"', ',') || '}' AS by_key
FROM targets
GROUP BY table_name, source_key
