-- one row per message, note and event of a conversation or ticket; key: source_key
-- Position 0 is what opens the thread, which Intercom keeps apart from its parts: of a ticket its description, which Intercom gives
-- without author. `private`: customers never see it. An event has a text only where somebody wrote one, such as on closing.
WITH messages AS (
    SELECT
        'intercom:source:' || id                                                            AS source_key,
        'intercom:conversation:' || id                                                      AS thread_key,
        CAST(0 AS BIGINT)                                                                   AS position,
        source_id                                                                           AS id,
        'comment'                                                                           AS type,
        source_author_type                                                                  AS author_kind,
        source_author_id                                                                    AS author_id,
        source_author_name                                                                  AS author_name,
        source_author_email                                                                 AS author_email,
        source_body                                                                         AS html,
        created_at                                                                          AS at,
        FALSE                                                                               AS redacted,
        attributes('subject', nullif(source_subject, ''), 'url', nullif(source_url, ''))    AS detail
    FROM intercom_live.conversations
    UNION ALL
    SELECT
        'intercom:part:' || id,
        'intercom:conversation:' || conversation_id,
        position + 1,
        id,
        part_type,
        author_type,
        author_id,
        author_name,
        author_email,
        body,
        created_at,
        coalesce(redacted, FALSE),
        merge_json(attributes('state', state), CASE WHEN assigned_to IS NULL THEN '{}' ELSE '{"assigned_to":' || assigned_to || '}' END)
    FROM intercom_live.conversation_parts
    UNION ALL
    SELECT
        'intercom:ticket_source:' || id,
        'intercom:ticket:' || id,
        0,
        NULL,
        'comment',
        NULL,
        NULL,
        NULL,
        NULL,
        (ticket_attributes ->> '_default_description_'),
        created_at,
        FALSE,
        '{}'
    FROM intercom_live.tickets
    WHERE trim(coalesce((ticket_attributes ->> '_default_description_'), '')) <> ''
    UNION ALL
    SELECT
        'intercom:ticket_part:' || id,
        'intercom:ticket:' || ticket_id,
        position + 1,
        id,
        part_type,
        author_type,
        author_id,
        author_name,
        author_email,
        body,
        created_at,
        coalesce(redacted, FALSE),
        merge_json(attributes('state', ticket_state, 'previous_state', previous_ticket_state),
            CASE WHEN assigned_to IS NULL THEN '{}' ELSE '{"assigned_to":' || assigned_to || '}' END)
    FROM intercom_live.ticket_parts
)

SELECT
    source_key,
    thread_key,
    position,
    id,
    type,
    author_kind,
    nullif(author_id, '')                                                                   AS author_id,
    CASE
        WHEN author_kind IN ('user', 'lead', 'contact') THEN 'intercom:contact:' || nullif(author_id, '')
        WHEN author_kind = 'admin' THEN 'intercom:admin:' || nullif(author_id, '')
    END                                                                                     AS author_key,
    nullif(author_name, '')                                                                 AS author_name,
    nullif(author_email, '')                                                                AS author_email,
    html,
    html_to_text(html)                                                                      AS text,
    at,
    NOT (type IN ('comment', 'quick_reply') OR (type IN ('close', 'open') AND trim(coalesce(html, '')) <> '')) AS private,
    redacted,
    nullif(detail, '{}')                                                                    AS detail
FROM messages
