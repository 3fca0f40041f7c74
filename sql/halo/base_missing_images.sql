-- one row per article with pictures that could not be had; key: article_id
SELECT
    CAST(key AS BIGINT)                                                                     AS article_id,
    '[' || string_agg(json_quote(place), ',' ORDER BY place) || ']'                         AS places
FROM halo.files
WHERE table_name = 'kb_articles' AND place <> '' AND sha256 IS NULL
GROUP BY CAST(key AS BIGINT)
