-- one row per language that articles and categories are written in, with what Intercom calls it; key: language
-- is_default: as Infoset says; else the language of most articles. mapping/languages.csv has codes that Intercom writes otherwise.
WITH told AS (
    SELECT lower(trim(code)) AS language, bool_or(coalesce(is_default, FALSE)) AS said, 0 AS articles FROM infoset.help_languages GROUP BY lower(trim(code))
    UNION ALL
    SELECT lower(trim(language)), FALSE, count(*) FROM infoset.articles WHERE language IS NOT NULL GROUP BY lower(trim(language))
    UNION ALL
    SELECT lower(trim(language)), FALSE, 0 FROM infoset.help_names WHERE language IS NOT NULL GROUP BY lower(trim(language))
),

once AS (
    SELECT language, bool_or(said) AS said, sum(articles) AS articles FROM told WHERE language <> '' GROUP BY language
)

SELECT
    once.language,
    coalesce(mapped.locale, once.language)                                                  AS locale,
    row_number() OVER (ORDER BY CASE WHEN once.said THEN 0 ELSE 1 END, once.articles DESC, once.language) = 1 AS is_default
FROM once
LEFT JOIN mapping.languages AS mapped ON mapped.language = once.language
