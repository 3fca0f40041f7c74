-- one row per staged source row and what becomes of it; key: (source_table, source_id)
-- target_key NULL: no row of an Intercom table, and rule says why. The sums of this model close the accounting.
WITH logs AS (
    SELECT
        logs.id,
        logs.ticket_id,
        logs.email_id,
        logs.room_id,
        tickets.id IS NOT NULL AS has_ticket,
        coalesce(parts.source_key, told.source_key) AS part_key,
        lost.room_id IS NOT NULL AS is_lost
    FROM infoset.ticket_logs AS logs
    LEFT JOIN base_tickets AS tickets ON tickets.id = logs.ticket_id
    LEFT JOIN base_messages AS messages ON messages.source_key = 'infoset:log:' || logs.id
    LEFT JOIN conversation_parts AS parts ON parts.source_key = 'infoset:log:' || logs.id
    LEFT JOIN conversation_parts AS told ON told.source_key = messages.told_by
    LEFT JOIN base_lost_chats AS lost ON lost.room_id = logs.room_id AND lost.ticket_id = logs.ticket_id
),

threads AS (
    SELECT 'tickets' AS source_table, CAST(id AS VARCHAR) AS source_id, 'conversations' AS target_table, thread_key AS target_key, CAST(NULL AS VARCHAR) AS rule
    FROM base_tickets
    UNION ALL
    SELECT 'rooms', CAST(id AS VARCHAR), 'conversations', thread_key, CAST(NULL AS VARCHAR) FROM base_rooms
    UNION ALL
    SELECT 'room_messages', messages.room_id || '/' || messages.id, 'conversation_parts', parts.source_key,
        CASE WHEN rooms.id IS NULL THEN 'its room was not read' ELSE 'an event, left out by [transform] history' END
    FROM infoset.room_messages AS messages
    LEFT JOIN base_rooms AS rooms ON rooms.id = messages.room_id
    LEFT JOIN conversation_parts AS parts ON parts.source_key = 'infoset:room_message:' || messages.room_id || ':' || messages.id
    UNION ALL
    SELECT 'ticket_logs', CAST(id AS VARCHAR), 'conversation_parts', part_key,
        CASE WHEN NOT has_ticket THEN 'its ticket was not read'
             WHEN is_lost THEN 'tells of chat ' || room_id || ', which Infoset had deleted before it was read'
             ELSE 'an event, left out by [transform] history' END
    FROM logs
    UNION ALL
    SELECT 'emails', CAST(emails.log_id AS VARCHAR), 'conversation_parts', logs.part_key, 'its entry was not read'
    FROM infoset.emails AS emails
    LEFT JOIN logs ON logs.id = emails.log_id
    UNION ALL
    SELECT 'calls', CAST(calls.id AS VARCHAR), 'conversation_parts', coalesce(parts.source_key, told.source_key), 'its ticket was not read'
    FROM base_calls AS calls
    LEFT JOIN base_messages AS messages ON messages.source_key = calls.source_key
    LEFT JOIN conversation_parts AS parts ON parts.source_key = calls.source_key
    LEFT JOIN conversation_parts AS told ON told.source_key = messages.told_by
    UNION ALL
    SELECT 'ticket_tags', named.ticket_id || '/' || named.tag, 'conversations', CASE WHEN tickets.fate = 'conversation' AND tags.tag IS NOT NULL THEN tickets.thread_key END,
        CASE WHEN tags.tag IS NULL THEN 'a tag without a name' WHEN tickets.fate = 'merged' THEN 'its ticket was merged: the other ticket has its own' ELSE 'its ticket was not read' END
    FROM infoset.ticket_tags AS named
    LEFT JOIN base_tickets AS tickets ON tickets.id = named.ticket_id
    LEFT JOIN base_tags AS tags ON tags.tag = named.tag
    UNION ALL
    SELECT 'room_tags', named.room_id || '/' || named.tag, 'conversations', CASE WHEN tags.tag IS NOT NULL THEN rooms.thread_key END,
        CASE WHEN tags.tag IS NULL THEN 'a tag without a name' ELSE 'its room was not read' END
    FROM infoset.room_tags AS named
    LEFT JOIN base_rooms AS rooms ON rooms.id = named.room_id
    LEFT JOIN base_tags AS tags ON tags.tag = named.tag
    UNION ALL
    SELECT 'sla_breaches', CAST(breaches.id AS VARCHAR), 'conversations', CASE WHEN tickets.fate = 'conversation' THEN tickets.thread_key END,
        CASE WHEN tickets.fate = 'merged' THEN 'its ticket was merged: the other ticket has its own' ELSE 'its ticket was not read' END
    FROM infoset.sla_breaches AS breaches
    LEFT JOIN base_tickets AS tickets ON tickets.id = breaches.ticket_id
    UNION ALL
    SELECT 'ratings', CAST(ratings.id AS VARCHAR), 'conversations', coalesce(tickets.thread_key, rooms.thread_key), 'what it rates was not read'
    FROM infoset.ratings AS ratings
    LEFT JOIN base_tickets AS tickets ON tickets.id = ratings.ticket_id
    LEFT JOIN base_rooms AS rooms ON rooms.id = ratings.room_id
),

files AS (
    SELECT files.table_name AS source_table, files.key AS source_id, 'attachments', attachments.source_key, 'what it belongs to was not read'
    FROM (
        SELECT 'ticket_files' AS table_name, ticket_id || '/' || place AS key FROM infoset.ticket_files
        UNION ALL SELECT 'log_files', log_id || '/' || place FROM infoset.log_files
        UNION ALL SELECT 'email_files', log_id || '/' || place FROM infoset.email_files
        UNION ALL SELECT 'room_files', message_id || '/' || place FROM infoset.room_files
    ) AS files
    LEFT JOIN attachments ON attachments.source_key = 'infoset:file:' || files.table_name || ':' || files.key
),

people AS (
    SELECT 'contacts' AS source_table, CAST(id AS VARCHAR), 'contacts', contact_key, rule FROM base_contacts
    UNION ALL
    SELECT 'contact_tags', named.contact_id || '/' || named.tag, 'contacts', CASE WHEN tags.tag IS NOT NULL THEN contacts.contact_key END,
        CASE WHEN tags.tag IS NULL THEN 'a tag without a name' ELSE contacts.rule END
    FROM infoset.contact_tags AS named
    LEFT JOIN base_contacts AS contacts ON contacts.id = named.contact_id
    LEFT JOIN base_tags AS tags ON tags.tag = named.tag
    UNION ALL
    SELECT 'companies', CAST(id AS VARCHAR), 'companies', source_key, CAST(NULL AS VARCHAR) FROM base_companies
    UNION ALL
    SELECT 'company_tags', named.company_id || '/' || named.tag, 'companies', CASE WHEN tags.tag IS NOT NULL THEN 'infoset:company:' || named.company_id END, 'a tag without a name'
    FROM infoset.company_tags AS named
    LEFT JOIN base_tags AS tags ON tags.tag = named.tag
    UNION ALL
    SELECT 'users', CAST(id AS VARCHAR), 'admins', 'infoset:user:' || id, CAST(NULL AS VARCHAR) FROM infoset.users
    UNION ALL
    SELECT 'teams', CAST(id AS VARCHAR), 'teams', source_key, CAST(NULL AS VARCHAR) FROM base_teams
),

definitions AS (
    SELECT 'tags' AS source_table, CAST(raw.id AS VARCHAR), 'tags', CASE WHEN tags.is_used THEN tags.tag_key END,
        CASE WHEN tags.tag IS NULL THEN 'a tag without a name' ELSE 'nothing has it' END
    FROM infoset.tags AS raw
    LEFT JOIN base_tags AS tags ON tags.tag = CAST(raw.id AS VARCHAR)
    UNION ALL
    SELECT 'properties', CAST(raw.id AS VARCHAR),
        CASE WHEN attributes.source_key IS NOT NULL THEN 'attributes' ELSE 'inventory' END,
        coalesce(attributes.source_key, properties.source_key || ':inventory'),
        'a property of something that is not moved'
    FROM infoset.properties AS raw
    LEFT JOIN base_properties AS properties ON properties.id = raw.id
    LEFT JOIN attributes ON attributes.source_key = properties.source_key
    UNION ALL
    SELECT 'ticket_pipelines', CAST(id AS VARCHAR), 'inventory', 'infoset:inventory:pipeline:' || id, CAST(NULL AS VARCHAR) FROM infoset.ticket_pipelines
    UNION ALL SELECT 'ticket_stages', pipeline_id || '/' || id, 'inventory', 'infoset:inventory:pipeline:' || pipeline_id, CAST(NULL AS VARCHAR) FROM infoset.ticket_stages
    UNION ALL SELECT 'deal_pipelines', CAST(id AS VARCHAR), 'inventory', 'infoset:inventory:deal_pipeline:' || id, CAST(NULL AS VARCHAR) FROM infoset.deal_pipelines
    UNION ALL SELECT 'deal_stages', pipeline_id || '/' || id, 'inventory', 'infoset:inventory:deal_pipeline:' || pipeline_id, CAST(NULL AS VARCHAR) FROM infoset.deal_stages
    UNION ALL SELECT 'slas', CAST(id AS VARCHAR), 'inventory', 'infoset:inventory:sla:' || id, CAST(NULL AS VARCHAR) FROM infoset.slas
    UNION ALL SELECT 'mail_accounts', CAST(id AS VARCHAR), 'inventory', 'infoset:inventory:mail_account:' || id, CAST(NULL AS VARCHAR) FROM infoset.mail_accounts
    UNION ALL SELECT 'automations', CAST(id AS VARCHAR), 'inventory', 'infoset:inventory:automation:' || id, CAST(NULL AS VARCHAR) FROM infoset.automations
    UNION ALL SELECT 'automation_conditions', automation_id || '/' || place, 'inventory', 'infoset:inventory:automation:' || automation_id, CAST(NULL AS VARCHAR) FROM infoset.automation_conditions
    UNION ALL SELECT 'automation_actions', automation_id || '/' || place, 'inventory', 'infoset:inventory:automation:' || automation_id, CAST(NULL AS VARCHAR) FROM infoset.automation_actions
    UNION ALL SELECT 'chatbots', CAST(id AS VARCHAR), 'inventory', 'infoset:inventory:chatbot:' || id, CAST(NULL AS VARCHAR) FROM infoset.chatbots
    UNION ALL SELECT 'chatbot_steps', chatbot_id || '/' || place, 'inventory', 'infoset:inventory:chatbot:' || chatbot_id, CAST(NULL AS VARCHAR) FROM infoset.chatbot_steps
    UNION ALL SELECT 'chat_widgets', CAST(id AS VARCHAR), 'inventory', 'infoset:inventory:chat_widget:' || id, CAST(NULL AS VARCHAR) FROM infoset.chat_widgets
),

knowledge AS (
    SELECT 'help_categories' AS source_table, CAST(id AS VARCHAR), 'collections', source_key, CAST(NULL AS VARCHAR) FROM base_collections
    UNION ALL
    SELECT 'help_names', category_id || '/' || language, 'collections', 'infoset:category:' || category_id, CAST(NULL AS VARCHAR) FROM infoset.help_names
    UNION ALL
    SELECT 'articles', id || '/' || language, 'articles', 'infoset:article:' || id, CAST(NULL AS VARCHAR) FROM infoset.articles
    UNION ALL
    SELECT 'help_languages', code, 'articles', CAST(NULL AS VARCHAR), 'a language of the help center: turn it on in Intercom''s' FROM infoset.help_languages
),

objects AS (
    SELECT 'deals' AS source_table, CAST(id AS VARCHAR), 'custom_objects', 'infoset:deal:' || id, CAST(NULL AS VARCHAR) FROM infoset.deals
    UNION ALL
    SELECT 'deal_logs', CAST(logs.id AS VARCHAR), 'notes', notes.source_key,
        CASE WHEN trim(coalesce(logs.notes, '')) = '' THEN 'it says nothing' ELSE 'its deal has no contact that is there: a custom object has no notes' END
    FROM infoset.deal_logs AS logs
    LEFT JOIN notes ON notes.source_key = 'infoset:deal_log:' || logs.id
),

everything (source_table, source_id, target_table, target_key, rule) AS (
    SELECT * FROM threads
    UNION ALL SELECT * FROM files
    UNION ALL SELECT * FROM people
    UNION ALL SELECT * FROM definitions
    UNION ALL SELECT * FROM knowledge
    UNION ALL SELECT * FROM objects
)

SELECT
    everything.source_table,
    everything.source_id,
    everything.target_table,
    everything.target_key,
    CASE
        WHEN everything.target_key IS NULL OR everything.rule LIKE 'tells of chat %' THEN everything.rule
        WHEN everything.source_table = 'contacts' AND everything.target_key <> 'infoset:contact:' || everything.source_id
            THEN 'merged into contact ' || substr(everything.target_key, 17) || ', who has the same e-mail'
        WHEN everything.source_table = 'tickets' AND everything.target_key <> 'infoset:ticket:' || everything.source_id
            THEN 'merged into ticket ' || substr(everything.target_key, 16) || ' in Infoset'
        WHEN everything.source_table = 'rooms' AND everything.target_key LIKE 'infoset:ticket:%' THEN 'in the thread of its ticket'
        WHEN everything.source_table = 'ticket_logs' AND everything.target_key LIKE 'infoset:message:%' THEN 'repeats the text that opens the ticket'
    END AS rule
FROM everything
