-- one row per canned text; key: halo:canned:<id>
SELECT
    'halo:canned:' || id                                                                    AS source_key,
    concat_ws(': ', group_name, name)                                                       AS title,
    coalesce(nullif(body, ''), '(no text)')                                                 AS body,
    coalesce(nullif(html_to_text(body), ''), '(no text)')                                   AS body_text,
    row_number() OVER (ORDER BY group_name NULLS LAST, name, id)                            AS position
FROM base_canned_texts
