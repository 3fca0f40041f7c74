-- one row per message or internal note that has words or files; key: message_key
-- own: what its writer has written, without what is quoted, signature and greeting. asks, thanks, unsolved: what a customer says with it.
-- turn: how many messages of customers there are up to it. A ticket that began as a conversation has its messages there.
WITH files AS (
    SELECT part_id, string_agg(name, ', ' ORDER BY position) AS names FROM intercom_live.part_attachments GROUP BY part_id
    UNION ALL
    SELECT part_id, string_agg(name, ', ' ORDER BY position) AS names FROM intercom_live.ticket_part_attachments GROUP BY part_id
),

opening_files AS (
    SELECT conversation_id, string_agg(name, ', ' ORDER BY position) AS names
    FROM intercom_live.conversation_attachments
    GROUP BY conversation_id
),

openers AS (
    SELECT ticket_contacts.ticket_id, min(ticket_contacts.id) AS id FROM intercom_live.ticket_contacts AS ticket_contacts GROUP BY ticket_contacts.ticket_id
),

parts AS (
    SELECT
        id AS thread_id, coalesce(source_id, id) AS id, CAST(0 AS BIGINT) AS position, 'message' AS part_type, source_author_type AS author_type,
        source_author_id AS author_id, source_author_name AS author_name, source_author_email AS author_email, source_body AS body, created_at
    FROM intercom_live.conversations
    UNION ALL
    SELECT conversation_id, id, position + 1, part_type, author_type, author_id, author_name, author_email, body, created_at
    FROM intercom_live.conversation_parts
    UNION ALL
    SELECT
        tickets.id AS thread_id, tickets.id, 0 AS position, 'message' AS part_type, 'user' AS author_type, contacts.id AS author_id,
        contacts.name AS author_name, contacts.email AS author_email, (tickets.ticket_attributes ->> '_default_description_') AS body,
        tickets.created_at
    FROM intercom_live.tickets AS tickets
    LEFT JOIN openers ON openers.ticket_id = tickets.id
    LEFT JOIN intercom_live.contacts AS contacts ON contacts.id = openers.id
    LEFT ANTI JOIN intercom_live.conversations AS conversations ON conversations.id = tickets.id
    UNION ALL
    SELECT
        parts.ticket_id AS thread_id, parts.id, parts.position + 1, parts.part_type, parts.author_type, parts.author_id, parts.author_name,
        parts.author_email, parts.body, parts.created_at
    FROM intercom_live.ticket_parts AS parts
    LEFT ANTI JOIN intercom_live.conversations AS conversations ON conversations.id = parts.ticket_id
),

-- The description of a ticket is plain text.
bodies AS (
    SELECT *, CASE WHEN strpos(body, '<') = 0 THEN text_to_html(body) ELSE coalesce(body, '') END AS html FROM parts
),

texts AS (
    SELECT
        parts.thread_id,
        'intercom:message:' || parts.thread_id || ':' || parts.id                             AS message_key,
        parts.position,
        parts.part_type = 'note'                                                              AS is_note,
        CASE WHEN parts.author_type IN ('user', 'lead', 'contact') THEN 'customer'
            WHEN parts.author_type IN ('admin', 'team') THEN 'teammate'
            ELSE 'bot' END                                                                    AS author_kind,
        coalesce(nullif(trim(parts.author_name), ''), nullif(trim(parts.author_email), ''))   AS author_name,
        nullif(trim(parts.author_email), '')                                                  AS author_email,
        trim(html_to_text(parts.html))                                                        AS text,
        trim(own_words(parts.html, phrases.quotings, phrases.closings, phrases.greetings)) AS own,
        coalesce(files.names, opening_files.names)                                            AS files,
        parts.created_at
    FROM bodies AS parts
    CROSS JOIN base_distilled_phrases AS phrases
    LEFT JOIN files ON files.part_id = parts.id
    LEFT JOIN opening_files ON opening_files.conversation_id = parts.thread_id AND parts.position = 0
    WHERE parts.part_type IN ('message', 'comment', 'note') OR parts.body IS NOT NULL
)

SELECT
    texts.*,
    texts.author_kind = 'customer' AND array_length(phrases_in(texts.own, phrases.asks)) > 0     AS asks,
    texts.author_kind = 'customer' AND array_length(phrases_in(texts.own, phrases.thanks)) > 0   AS thanks,
    texts.author_kind = 'customer' AND array_length(phrases_in(texts.own, phrases.unsolved)) > 0 AS unsolved,
    count(CASE WHEN texts.author_kind = 'customer' AND NOT texts.is_note THEN 1 END)
        OVER (PARTITION BY texts.thread_id ORDER BY texts.position)                              AS turn
FROM texts
CROSS JOIN base_distilled_phrases AS phrases
WHERE texts.text <> '' OR texts.files IS NOT NULL
