-- one row per template of comments; key: itsm365:template:<number>
SELECT
    'itsm365:' || replace(templates.uuid, '$', ':')                                         AS source_key,
    coalesce(nullif(trim(templates.title), ''), templates.uuid)                             AS title,
    coalesce(nullif(clean_html(templates.text), ''), '(no text)')                           AS body,
    coalesce(nullif(html_to_text(clean_html(templates.text)), ''), '(no text)')             AS body_text,
    row_number() OVER (ORDER BY templates.title, templates.uuid)                            AS position
FROM itsm365.templates AS templates
LEFT JOIN mapping.types AS types ON types.type = templates.type
WHERE types.become = 'saved_reply' AND NOT coalesce(templates.removed, FALSE)
