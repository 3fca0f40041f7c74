-- one row per message or internal note that has words or files; key: message_key
-- own: what its writer has written, without what is quoted, signature and greeting. asks, thanks, unsolved: what a customer says with it.
-- turn: how many messages of customers there are up to it. A ticket that began as a conversation has its messages there.
WITH files AS (
    SELECT message_key, string_agg(name, ', ' ORDER BY position) AS names
    FROM base_files
    WHERE message_key IS NOT NULL AND NOT inline
    GROUP BY message_key
),

-- The description of a ticket is plain text, in lines.
bodies AS (
    SELECT
        *,
        CASE WHEN strpos(html, '<') = 0 AND strpos(html, chr(10)) > 0 THEN text_to_html(html) END AS html_of_lines
    FROM base_messages
),

texts AS (
    SELECT
        messages.source_key                                                                  AS message_key,
        messages.thread_key,
        messages.position,
        messages.type LIKE 'note%'                                                           AS is_note,
        -- Intercom gives the description of a ticket without who wrote it: the one who asks for something.
        CASE WHEN coalesce(messages.author_kind, 'user') IN ('user', 'lead', 'contact') THEN 'customer'
            WHEN messages.author_kind IN ('admin', 'team') THEN 'teammate'
            ELSE 'bot' END                                                                   AS author_kind,
        coalesce(trim(messages.author_name), trim(messages.author_email), CASE WHEN messages.author_kind IS NULL THEN people.name END) AS author_name,
        trim(coalesce(html_to_text(messages.html_of_lines), messages.text))                  AS text,
        trim(own_words(coalesce(messages.html_of_lines, messages.html), phrases.quotings, phrases.closings, phrases.greetings)) AS own,
        files.names                                                                          AS files,
        messages.at
    FROM bodies AS messages
    CROSS JOIN base_distilled_phrases AS phrases
    LEFT JOIN files ON files.message_key = messages.source_key
    LEFT JOIN tickets ON tickets.source_key = messages.thread_key AND messages.author_kind IS NULL
    LEFT JOIN end_users AS people ON people.source_key = tickets.end_user_key
    WHERE (NOT messages.private OR messages.type LIKE 'note%') AND messages.at IS NOT NULL
)

SELECT
    texts.message_key,
    texts.thread_key,
    texts.position,
    texts.is_note,
    texts.author_kind,
    texts.author_name,
    coalesce(texts.text, '')                                                                 AS text,
    coalesce(texts.own, '')                                                                  AS own,
    texts.files,
    texts.at,
    texts.author_kind = 'customer' AND array_length(phrases_in(texts.own, phrases.asks)) > 0     AS asks,
    texts.author_kind = 'customer' AND array_length(phrases_in(texts.own, phrases.thanks)) > 0   AS thanks,
    texts.author_kind = 'customer' AND array_length(phrases_in(texts.own, phrases.unsolved)) > 0 AS unsolved,
    count(CASE WHEN texts.author_kind = 'customer' AND NOT texts.is_note THEN 1 END)
        OVER (PARTITION BY texts.thread_key ORDER BY texts.position)                         AS turn
FROM texts
CROSS JOIN base_distilled_phrases AS phrases
WHERE texts.text <> '' OR texts.files IS NOT NULL
