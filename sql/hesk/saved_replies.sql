-- one row per canned response; key: hesk:canned:<id>
-- Before rich text the message is escaped text with raw line ends. %%HESK_…%% tags stay as they are: the inventory lists them.
WITH texts AS (
    SELECT
        id,
        coalesce(nullif(decode_entities(trim(title)), ''), 'Canned response ' || id) AS title,
        clean_html(coalesce(nullif(message_html, ''),
            replace(replace(message, chr(13) || chr(10), '<br />'), chr(10), '<br />'))) AS body,
        reply_order
    FROM hesk.std_replies
)

SELECT
    'hesk:canned:' || id                                                           AS source_key,
    title,
    coalesce(nullif(body, ''), '(no text)')                                        AS body,
    coalesce(nullif(html_to_text(body), ''), '(no text)')                          AS body_text,
    row_number() OVER (ORDER BY reply_order, id)                                   AS position
FROM texts
