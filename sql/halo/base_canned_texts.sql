-- one row per canned text with Halo's variables put into Intercom's where mapping/variables.csv knows them; key: id
-- A name ends where its letters end: $-USER is not the beginning of $-USERNAME. `variables_left` have no counterpart.
WITH RECURSIVE variables AS (
    SELECT variable, intercom, row_number() OVER (ORDER BY variable) AS nth
    FROM mapping.variables
    WHERE intercom IS NOT NULL
),

steps AS (
    SELECT
        id,
        coalesce(nullif(trim(html), ''), text_to_html(text), '') AS html,
        CAST(0 AS BIGINT UNSIGNED) AS nth
    FROM halo.canned_texts
    UNION ALL
    SELECT steps.id, regexp_replace(steps.html, replace(variables.variable, '$', '[$]') || '([^A-Za-z0-9_]|$)', variables.intercom || '\1', 'g') AS html, variables.nth
    FROM steps
    JOIN variables ON variables.nth = steps.nth + 1
),

translated AS (
    SELECT id, last_value(html ORDER BY nth) AS html FROM steps GROUP BY id
),

left_over AS (
    SELECT id, string_agg(DISTINCT '$-' || name, ', ' ORDER BY '$-' || name) AS names
    FROM (
        SELECT id, regexp_replace(piece, '^([A-Za-z0-9_]+).*$', '\1', 's') AS name
        FROM (
            SELECT id, unnest(string_to_array(substr(html, strpos(html, '$-') + 2), '$-')) AS piece
            FROM translated
            WHERE html LIKE '%$-%'
        ) AS pieces
        WHERE regexp_like(piece, '^[A-Za-z0-9_]')
    ) AS named
    GROUP BY id
)

SELECT
    texts.id,
    coalesce(nullif(trim(texts.name), ''), 'Canned text ' || texts.id)                      AS name,
    nullif(trim(texts.group_name), '')                                                      AS group_name,
    texts.team_id,
    texts.agent_id,
    clean_html(translated.html)                                                             AS body,
    left_over.names                                                                         AS variables_left
FROM halo.canned_texts AS texts
LEFT JOIN translated ON translated.id = texts.id
LEFT JOIN left_over ON left_over.id = texts.id
