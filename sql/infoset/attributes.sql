-- one row per attribute that contacts, companies and conversations use; key: source_key
-- A single choice becomes a list with the options it has and those that are still held; with fewer than two there is no list.
WITH held AS (
    SELECT scope, key, '[' || string_agg(DISTINCT value, ',' ORDER BY value) || ']' AS held
    FROM base_custom_values
    WHERE kind = 'list' AND value IS NOT NULL
    GROUP BY scope, key
),

-- Options are texts, or objects with a label.
options AS (
    SELECT scope, key, '[' || string_agg(json_quote(name), ',' ORDER BY place) || ']' AS options
    FROM (
        SELECT scope, key, name, min(place) AS place
        FROM (
            SELECT scope, key, place, coalesce((item ->> 'label'), (item ->> 'name'), (item ->> 'value'), CASE WHEN item LIKE '"%' THEN (('{"v":' || item || '}') ->> 'v') END) AS name
            FROM (
                SELECT scope, key, unnest(json_get_array(options)) AS item, unnest(range(0, json_length(options))) AS place
                FROM base_properties
                WHERE kind = 'list' AND options LIKE '[%'
            ) AS items
        ) AS named
        WHERE name <> ''
        GROUP BY scope, key, name
    ) AS once
    GROUP BY scope, key
),

properties AS (
    SELECT properties.*, CASE WHEN properties.kind = 'list' THEN json_union(options.options, held.held) END AS all_options
    FROM base_properties AS properties
    LEFT JOIN held ON held.scope = properties.scope AND held.key = properties.key
    LEFT JOIN options ON options.scope = properties.scope AND options.key = properties.key
    WHERE properties.model IS NOT NULL AND NOT properties.left_out
),

custom AS (
    SELECT
        source_key,
        model,
        attribute                                                                           AS name,
        CASE WHEN kind = 'list' AND coalesce(json_length(all_options), 0) < 2 THEN 'string' ELSE kind END AS data_type,
        'Infoset property ' || key                                                          AS description,
        CASE WHEN kind = 'list' AND json_length(all_options) >= 2 THEN all_options END      AS options,
        coalesce(lower(type) IN ('textarea', 'multiselect', 'multi_select'), FALSE)         AS multiline
    FROM properties
),

built_in AS (
    SELECT column1 AS model, column2 AS name, column3 AS data_type, column4 AS description, column5 AS multiline
    FROM (VALUES
        ('conversation', 'channel_source', 'string', 'How it came in: email, chat, social, call', FALSE),
        ('conversation', 'Infoset channel', 'string', 'Channel as Infoset calls it', FALSE),
        ('conversation', 'Infoset channels of the thread', 'string', 'Channels that the messages of the thread came by', FALSE),
        ('conversation', 'Infoset ticket ID', 'integer', 'Number of the ticket in Infoset', FALSE),
        ('conversation', 'Infoset chat IDs', 'string', 'Numbers of the chats in the thread', TRUE),
        ('conversation', 'Infoset call IDs', 'string', 'Numbers of the calls in the thread', TRUE),
        ('conversation', 'Infoset status', 'string', 'Status in Infoset', FALSE),
        ('conversation', 'Infoset priority', 'string', 'Priority in Infoset', FALSE),
        ('conversation', 'Infoset pipeline', 'string', 'Pipeline of the ticket', FALSE),
        ('conversation', 'Infoset stage', 'string', 'Stage in the pipeline', FALSE),
        ('conversation', 'Infoset owners', 'string', 'All owners, where there are several', FALSE),
        ('conversation', 'Infoset team', 'string', 'Team of the ticket', FALSE),
        ('conversation', 'Infoset created at', 'datetime', 'When it was opened', FALSE),
        ('conversation', 'Infoset updated at', 'datetime', 'Last change in Infoset', FALSE),
        ('conversation', 'Infoset first response at', 'datetime', 'First response', FALSE),
        ('conversation', 'Infoset closed at', 'datetime', 'When it was resolved or closed', FALSE),
        ('conversation', 'Infoset merged tickets', 'string', 'Numbers of tickets that were merged into this one', TRUE),
        ('conversation', 'Infoset SLA breaches', 'string', 'Service levels that were missed, and when', TRUE),
        ('conversation', 'Infoset deals', 'string', 'Deals that it belongs to', TRUE),
        ('conversation', 'Infoset rating', 'integer', 'Score that the customer gave', FALSE),
        ('conversation', 'Infoset rating comment', 'string', 'What the customer wrote beside it', TRUE),
        ('conversation', 'Infoset lost chats', 'string', 'Chats of the ticket that Infoset had deleted before the migration', TRUE),
        ('conversation', 'Infoset values as entered', 'string', 'Values that do not fit their property', TRUE),
        ('contact', 'Infoset contact IDs', 'string', 'Contacts in Infoset that are this person', FALSE),
        ('contact', 'Infoset phone numbers', 'string', 'Phone numbers as entered', FALSE),
        ('contact', 'Infoset other e-mails', 'string', 'Further addresses', FALSE),
        ('contact', 'Infoset e-mail as entered', 'string', 'An address that is not one', FALSE),
        ('contact', 'Infoset company as entered', 'string', 'Company that is only a text', FALSE),
        ('contact', 'Infoset language', 'string', 'Language', FALSE),
        ('contact', 'Infoset person without e-mail', 'boolean', 'Person without an e-mail', FALSE),
        ('contact', 'Infoset contact values as entered', 'string', 'Values that do not fit their property', FALSE),
        ('company', 'Infoset company ID', 'integer', 'Number of the company in Infoset', FALSE),
        ('company', 'Infoset parent companies', 'string', 'Companies above it, from the top', FALSE),
        ('company', 'Infoset company domain', 'string', 'Domain', FALSE),
        ('company', 'Infoset company phone', 'string', 'Phone number', FALSE),
        ('company', 'Infoset company priority', 'string', 'Priority or tier', FALSE),
        ('company', 'Infoset company values as entered', 'string', 'Values that do not fit their property', FALSE)
    ) AS built_in
)

SELECT source_key, model, name, data_type, description, options, multiline FROM custom
UNION ALL
SELECT
    'infoset:attribute:' || model || ':' || name AS source_key,
    model, name, data_type, description, CAST(NULL AS VARCHAR) AS options, multiline
FROM built_in
UNION ALL
-- A ticket refers to no custom objects: an attribute names them.
SELECT
    'infoset:attribute:conversation:' || object_type, 'conversation', object_type, 'relationship', object_type || 's of the conversation',
    '[' || json_quote(object_type) || ']', FALSE
FROM custom_objects
CROSS JOIN base_settings
WHERE conversation_keys IS NOT NULL AND base_settings.tickets_as <> 'ticket'
GROUP BY object_type
