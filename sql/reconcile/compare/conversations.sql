-- one row per field of a loaded conversation or ticket that was written; key: (source_key, field, wanted)
-- A snooze that has run out is open. A teammate or team that the workspace does not have is nobody; `0` is nobody, too.
WITH sent AS (
    SELECT source_key, intercom_id
    FROM ledger.rows
    WHERE table_name = 'conversations' AND state = 'done' AND in_share(intercom_id)
),

wanted AS (
    SELECT
        sent.source_key,
        sent.intercom_id,
        contacts.intercom_id AS contact_id,
        companies.intercom_id AS company_id,
        coalesce(CASE WHEN conversations.team_key IS NOT NULL THEN teams.id END, '0') AS team_id,
        coalesce(CASE WHEN conversations.assignee_key IS NOT NULL THEN coalesce(admins.id, stand_in.assignee_id) END, '0') AS admin_id,
        CASE
            WHEN conversations.state <> 'snoozed' THEN conversations.state
            WHEN conversations.snoozed_until > now() THEN 'snoozed'
            ELSE 'open'
        END AS state,
        CASE WHEN conversations.state = 'snoozed' AND conversations.snoozed_until > now() THEN conversations.snoozed_until END AS snoozed_until,
        conversations.title,
        conversations.created_at,
        CASE WHEN conversations.is_read THEN 'true' END AS read,
        -- Who is not in the workspace has it closed by another.
        CASE WHEN conversations.state = 'closed' THEN closers.id END AS closer_id
    -- The left side of a cross join is the one that is kept in memory.
    FROM intercom_live.stand_in AS stand_in
    CROSS JOIN sent
    JOIN intercom.conversations AS conversations ON conversations.source_key = sent.source_key
    LEFT JOIN ledger.rows AS contacts ON contacts.table_name = 'contacts' AND contacts.source_key = conversations.contact_key
    LEFT JOIN ledger.rows AS companies ON companies.table_name = 'companies' AND companies.source_key = conversations.company_key
    LEFT JOIN intercom_live.people AS teams ON teams.kind = 'team' AND teams.source_key = conversations.team_key
    LEFT JOIN intercom_live.people AS admins ON admins.kind = 'admin' AND admins.source_key = conversations.assignee_key
    LEFT JOIN intercom_live.people AS closers ON closers.kind = 'admin' AND closers.source_key = conversations.closed_by_key
),

closed AS (
    SELECT thread_id, author_id
    FROM (
        SELECT conversation_id AS thread_id, author_id, row_number() OVER (PARTITION BY conversation_id ORDER BY position DESC) AS nth
        FROM intercom_live.conversation_parts
        WHERE part_type = 'close' AND in_share(conversation_id)
    ) AS closings
    WHERE nth = 1
),

fields AS (
    SELECT wanted.source_key, wanted.intercom_id, unnest([
        named_struct('field', 'contact', 'wanted', wanted.contact_id, 'found', live.contact_id),
        named_struct('field', 'created_at', 'wanted', CAST(wanted.created_at AS VARCHAR), 'found', CAST(live.created_at AS VARCHAR)),
        -- A ticket without a title is called by its first line.
        named_struct('field', 'title', 'wanted', wanted.title, 'found', live.title),
        named_struct('field', 'state', 'wanted', wanted.state, 'found', live.state),
        named_struct('field', 'snoozed_until', 'wanted', CAST(wanted.snoozed_until AS VARCHAR), 'found', CAST(live.snoozed_until AS VARCHAR)),
        named_struct('field', 'closed_by', 'wanted', CASE WHEN live.kind = 'conversation' THEN wanted.closer_id END, 'found', closed.author_id),
        named_struct('field', 'read', 'wanted', CASE WHEN live.kind = 'conversation' THEN wanted.read END, 'found', CAST(live.read AS VARCHAR)),
        named_struct('field', 'team', 'wanted', wanted.team_id, 'found', coalesce(live.team_assignee_id, '0')),
        named_struct('field', 'assignee', 'wanted', wanted.admin_id, 'found', coalesce(live.admin_assignee_id, '0')),
        named_struct('field', 'company', 'wanted', wanted.company_id, 'found', live.company_id)
    ]) AS one
    FROM wanted
    JOIN intercom_live.threads AS live ON live.id = wanted.intercom_id
    LEFT JOIN closed ON closed.thread_id = wanted.intercom_id
),

attributes AS (
    SELECT
        sent.source_key, sent.intercom_id, live.kind, wanted.custom_attributes AS wanted, live.custom_attributes AS found,
        unnest(json_object_keys(wanted.custom_attributes)) AS name
    FROM sent
    JOIN intercom.conversations AS wanted ON wanted.source_key = sent.source_key
    JOIN intercom_live.threads AS live ON live.id = sent.intercom_id
),

-- A ticket tells an item of a list by its id, and every other value in the form of its attribute.
items AS (
    SELECT name, unnest(json_get_array(input_options, 'list_options')) AS item
    FROM intercom_live.ticket_type_attributes
    WHERE data_type = 'list'
),

labels AS (
    SELECT name, json_get_json(item, 'id') AS id, min(json_get_json(item, 'label')) AS label
    FROM items
    GROUP BY name, json_get_json(item, 'id')
),

values AS (
    SELECT
        attributes.source_key,
        attributes.intercom_id,
        attributes.name,
        CASE
            -- Numbers and truth values are told as text but for whole numbers.
            WHEN attributes.kind = 'conversation' AND NOT regexp_like(json_get_json(attributes.wanted, attributes.name), '^("|-?[0-9]+$)')
                THEN '"' || json_get_json(attributes.wanted, attributes.name) || '"'
            ELSE json_get_json(attributes.wanted, attributes.name)
        END AS wanted,
        coalesce(labels.label, json_get_json(attributes.found, attributes.name)) AS found
    FROM attributes
    LEFT JOIN labels
        ON attributes.kind = 'ticket' AND labels.name = attributes.name AND labels.id = json_get_json(attributes.found, attributes.name)
    WHERE json_get_json(attributes.wanted, attributes.name) <> 'null'
),

tags AS (
    SELECT sent.source_key, sent.intercom_id, unnest(json_get_array(wanted.tag_keys)) AS tag_key
    FROM sent
    JOIN intercom.conversations AS wanted ON wanted.source_key = sent.source_key
),

participants AS (
    SELECT sent.source_key, sent.intercom_id, unnest(json_get_array(wanted.participant_keys)) AS contact_key
    FROM sent
    JOIN intercom.conversations AS wanted ON wanted.source_key = sent.source_key
    UNION
    SELECT sent.source_key, sent.intercom_id, '"' || parts.author_key || '"'
    FROM sent
    JOIN intercom.conversation_parts AS parts ON parts.conversation_key = sent.source_key
    WHERE parts.author_type = 'contact' AND parts.author_key IS NOT NULL
),

-- A ticket has one contact: who else took part and wrote nothing is told in a note.
told AS (
    SELECT participants.source_key, participants.intercom_id, coalesce(contacts.name || ' <' || contacts.email || '>', contacts.name, contacts.email) AS name
    FROM participants
    JOIN intercom.contacts AS contacts ON '"' || contacts.source_key || '"' = participants.contact_key
    JOIN intercom.conversations AS wanted ON wanted.source_key = participants.source_key AND wanted.contact_key <> contacts.source_key
    JOIN intercom_live.tickets AS holder ON holder.id = participants.intercom_id
    LEFT JOIN intercom.conversation_parts AS parts
        ON parts.conversation_key = participants.source_key AND parts.author_type = 'contact' AND parts.author_key = contacts.source_key
    WHERE parts.source_key IS NULL
),

notes AS (
    SELECT thread_id, string_agg(body, '') AS body
    FROM intercom_live.messages
    WHERE part_type = 'note' AND body LIKE '%Also took part: %' AND in_share(thread_id)
    GROUP BY thread_id
)

SELECT source_key, intercom_id, one['field'] AS field, one['wanted'] AS wanted, one['found'] AS found
FROM fields
WHERE one['wanted'] IS NOT NULL
UNION ALL
SELECT source_key, intercom_id, 'custom_attributes.' || name, wanted, found
FROM values
UNION ALL
SELECT tags.source_key, tags.intercom_id, 'tags', sent.intercom_id, live.id
FROM tags
JOIN ledger.rows AS sent ON sent.table_name = 'tags' AND sent.state = 'done' AND '"' || sent.source_key || '"' = tags.tag_key
JOIN intercom_live.threads AS holder ON holder.id = tags.intercom_id
LEFT JOIN (
    SELECT conversation_id AS thread_id, id FROM intercom_live.conversation_tags
    UNION ALL
    SELECT ticket_id, id FROM intercom_live.ticket_tags
) AS live ON live.thread_id = tags.intercom_id AND live.id = sent.intercom_id
UNION ALL
SELECT DISTINCT participants.source_key, participants.intercom_id, 'participants', sent.intercom_id, live.id
FROM participants
JOIN ledger.rows AS sent ON sent.table_name = 'contacts' AND sent.state = 'done' AND '"' || sent.source_key || '"' = participants.contact_key
JOIN intercom_live.conversations AS holder ON holder.id = participants.intercom_id
LEFT JOIN intercom_live.conversation_contacts AS live ON live.conversation_id = participants.intercom_id AND live.id = sent.intercom_id
UNION ALL
SELECT told.source_key, told.intercom_id, 'participants', told.name,
    CASE WHEN strpos(notes.body, replace(replace(replace(told.name, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')) > 0 THEN told.name END
FROM told
LEFT JOIN notes ON notes.thread_id = told.intercom_id
