-- one row per ticket with the text that it was opened with, and the entry of its log that says the same; key: id
-- The first reply mostly repeats the ticket's text, or one of the two has only the beginning of the other: then it is that message
-- (`repeated_by`), in the longer words. Letters and digits count, and twenty of them make a beginning.
WITH firsts AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY ticket_id ORDER BY created_at NULLS FIRST, id) AS nth,
        nullif(trim(regexp_replace(regexp_replace(html_to_text(body), '\[image[^\]]*\]', '', 'g'), '[^\p{L}\p{N}]+', ' ', 'g')), '') AS text
    FROM base_logs
    WHERE kind = 'reply'
),

tickets AS (
    SELECT
        id,
        CASE WHEN content LIKE '%</%' OR content LIKE '%<br%' OR content LIKE '%<img%' THEN clean_html(content) ELSE text_to_html(trim(content)) END AS html,
        nullif(trim(regexp_replace(regexp_replace(html_to_text(clean_html(content)), '\[image[^\]]*\]', '', 'g'), '[^\p{L}\p{N}]+', ' ', 'g')), '') AS text
    FROM base_tickets
)

SELECT
    tickets.id,
    CASE WHEN length(firsts.text) > length(tickets.text) THEN firsts.body ELSE nullif(tickets.html, '') END AS body,
    coalesce(tickets.text IS NOT NULL OR tickets.html LIKE '%<img%', FALSE) AS has_text,
    firsts.source_key                                                                       AS repeated_by
FROM tickets
LEFT JOIN firsts ON firsts.ticket_id = tickets.id AND firsts.nth = 1 AND (
    firsts.text = tickets.text
    OR length(firsts.text) >= 20 AND starts_with(tickets.text, firsts.text)
    OR length(tickets.text) >= 20 AND starts_with(firsts.text, tickets.text))
