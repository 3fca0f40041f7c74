-- one row per ticket with the text that it was opened with, and the entry of its log that says the same; key: id
-- The first reply mostly repeats the ticket's text: then it is that message (`repeated_by`), in the words of its e-mail where there
-- is one, for the ticket has only the beginning.
WITH firsts AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY ticket_id ORDER BY created_at NULLS FIRST, id) AS nth,
        nullif(trim(regexp_replace(regexp_replace(html_to_text(body), '\[image[^\]]*\]', '', 'g'), '[\s\x{200b}\x{a0}]+', ' ', 'g')), '') AS text,
        nullif(trim(regexp_replace(regexp_replace(html_to_text(clean_html(content)), '\[image[^\]]*\]', '', 'g'), '[\s\x{200b}\x{a0}]+', ' ', 'g')), '') AS short_text
    FROM base_logs
    WHERE kind = 'reply'
),

tickets AS (
    SELECT
        id,
        CASE WHEN content LIKE '%</%' OR content LIKE '%<br%' OR content LIKE '%<img%' THEN clean_html(content) ELSE text_to_html(trim(content)) END AS html,
        nullif(trim(regexp_replace(regexp_replace(html_to_text(clean_html(content)), '\[image[^\]]*\]', '', 'g'), '[\s\x{200b}\x{a0}]+', ' ', 'g')), '') AS text
    FROM base_tickets
)

SELECT
    tickets.id,
    CASE WHEN firsts.has_mail AND length(firsts.body) > length(tickets.html) THEN firsts.body ELSE nullif(tickets.html, '') END AS body,
    tickets.text IS NOT NULL AS has_text,
    firsts.source_key                                                                       AS repeated_by,
    firsts.author,
    firsts.agent_name
FROM tickets
LEFT JOIN firsts ON firsts.ticket_id = tickets.id AND firsts.nth = 1 AND (firsts.text = tickets.text OR firsts.short_text = tickets.text)
