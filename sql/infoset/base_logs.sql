-- one row per entry of a ticket's log: who wrote it, what it says and what it is; key: id
-- Who: as mapping/author_types.csv reads the author's type; else a bot or an agent by the flags, the desk itself by
-- mapping/log_types.csv, a contact by the number; an entry without any of these is the requester's. What: an entry that names a room
-- or a call tells of that; otherwise mapping/log_types.csv by its type; a private one is a note, one without a text an event.
-- The text of an e-mail is that of the e-mail, where it can be had; the entry has its beginning only.
WITH said AS (
    SELECT
        logs.*,
        emails.id IS NOT NULL AS has_mail,
        normalize_email(emails.from_address) AS from_email,
        emails.to_addresses,
        emails.cc_addresses,
        types.kind,
        authors.author AS author_is,
        coalesce(
            CASE WHEN trim(html_to_text(clean_html(emails.html))) <> '' THEN clean_html(emails.html) END,
            CASE WHEN trim(emails.plain) <> '' THEN text_to_html(emails.plain) END,
            CASE WHEN logs.content LIKE '%</%' OR logs.content LIKE '%<br%' OR logs.content LIKE '%<img%' THEN clean_html(logs.content)
                 WHEN trim(logs.content) <> '' THEN text_to_html(trim(logs.content)) END)     AS body
    FROM infoset.ticket_logs AS logs
    LEFT JOIN infoset.emails AS emails ON emails.log_id = logs.id
    LEFT JOIN mapping.log_types AS types ON types.type = lower(trim(logs.type))
    LEFT JOIN mapping.author_types AS authors ON authors.type = lower(trim(logs.author_type))
)

SELECT
    said.id,
    said.ticket_id,
    'infoset:log:' || said.id                                                               AS source_key,
    CASE
        WHEN said.author_is IS NOT NULL THEN said.author_is
        WHEN said.is_bot OR said.bot_id > 0 THEN 'bot'
        WHEN said.kind = 'event' THEN 'system'
        WHEN said.is_agent THEN 'agent'
        WHEN said.contact_id > 0 OR said.is_agent IS NOT NULL OR coalesce(said.user_id, 0) = 0 THEN 'contact'
        ELSE 'agent'
    END                                                                                     AS author,
    agents.source_key                                                                       AS agent_key,
    coalesce(agents.name, nullif(trim(said.user_name), ''), 'Agent ' || nullif(said.user_id, 0)) AS agent_name,
    nullif(trim(said.user_name), '')                                                        AS user_name,
    contacts.contact_key,
    said.from_email,
    said.to_addresses,
    said.cc_addresses,
    CASE
        WHEN said.room_id > 0 THEN 'chat'
        WHEN said.call_id > 0 THEN 'call'
        WHEN said.kind = 'event' OR said.author_is = 'system' THEN 'event'
        WHEN coalesce(said.is_private, FALSE) OR said.kind = 'note' THEN 'note'
        WHEN said.body IS NULL THEN 'event'
        ELSE 'reply'
    END                                                                                     AS kind,
    said.type,
    said.body,
    said.content,
    said.created                                                                            AS created_at,
    said.email_id,
    said.has_mail,
    said.room_id,
    said.call_id
FROM said
LEFT JOIN base_agents AS agents ON agents.id = said.user_id
LEFT JOIN base_contacts AS contacts ON contacts.id = said.contact_id
