-- one row per message of a room: who wrote it and what it says; key: (room_id, id)
-- Who: as mapping/author_types.csv reads the author's type, or the flags say; else whoever has the number of an agent is one, and all
-- others are the room's contact.
SELECT
    messages.room_id,
    messages.id,
    'infoset:room_message:' || messages.room_id || ':' || messages.id                       AS source_key,
    rooms.thread_key,
    CASE
        WHEN authors.author IS NOT NULL THEN authors.author
        WHEN messages.is_bot THEN 'bot'
        WHEN types.kind = 'event' THEN 'system'
        WHEN messages.is_agent OR messages.is_agent IS NULL AND agents.id IS NOT NULL THEN 'agent'
        ELSE 'contact'
    END                                                                                     AS author,
    agents.source_key                                                                       AS agent_key,
    nullif(trim(messages.author_name), '')                                                  AS author_name,
    coalesce(agents.name, nullif(trim(messages.author_name), ''), 'Agent ' || messages.author_id) AS agent_name,
    coalesce(writers.contact_key, contacts.contact_key)                                     AS contact_key,
    CASE WHEN messages.message LIKE '%</%' OR messages.message LIKE '%<br%' OR messages.message LIKE '%<img%' THEN clean_html(messages.message)
         WHEN trim(messages.message) <> '' THEN text_to_html(trim(messages.message)) END    AS body,
    coalesce(messages.created, rooms.created_at)                                            AS created_at,
    messages.place                                                                          AS nth
FROM infoset.room_messages AS messages
JOIN base_rooms AS rooms ON rooms.id = messages.room_id
LEFT JOIN base_agents AS agents ON CAST(agents.id AS VARCHAR) = messages.author_id
LEFT JOIN base_contacts AS writers ON CAST(writers.id AS VARCHAR) = regexp_replace(messages.author_id, '^[a-z]+-', '') AND rooms.contact_id IS NULL
LEFT JOIN base_contacts AS contacts ON contacts.id = rooms.contact_id
LEFT JOIN mapping.log_types AS types ON types.type = lower(trim(messages.type))
LEFT JOIN mapping.author_types AS authors ON authors.type = lower(trim(messages.author_type))
