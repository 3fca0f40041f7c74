-- one row per attribute that contacts, companies and conversations use; key: source_key
-- A single choice becomes a list with the options it has and those that are still held; with fewer than two there is no list.
-- Several choices are one text: a list holds one.
WITH held AS (
    SELECT field_id, '[' || string_agg(DISTINCT value, ',' ORDER BY value) || ']' AS held
    FROM base_custom_values
    WHERE kind = 'list' AND value IS NOT NULL
    GROUP BY field_id
),

used AS (
    SELECT DISTINCT field_id FROM base_custom_values
),

fields AS (
    SELECT
        fields.*,
        CASE WHEN fields.kind = 'list' THEN json_union(fields.options, held.held) END       AS all_options,
        used.field_id IS NOT NULL                                                           AS is_used
    FROM base_custom_fields AS fields
    LEFT JOIN held ON held.field_id = fields.id
    LEFT JOIN used ON used.field_id = fields.id
    WHERE fields.model IS NOT NULL AND NOT fields.is_secret AND NOT coalesce(fields.left_out, FALSE)
),

custom AS (
    SELECT
        source_key,
        model,
        attribute                                                                           AS name,
        CASE WHEN kind = 'list' AND coalesce(json_length(all_options), 0) < 2 THEN 'string' ELSE kind END AS data_type,
        concat_ws('. ', 'Halo custom field ' || id || ' of ' || scope || 's',
            CASE WHEN type = 3 THEN 'Several of: ' || option_names END,
            CASE WHEN coalesce(mandatory, FALSE) THEN 'Was mandatory' END,
            hint)                                                                           AS description,
        CASE WHEN kind = 'list' AND json_length(all_options) >= 2 THEN all_options END      AS options,
        type IN (1, 3, 7, 10)                                                               AS multiline
    FROM fields
),

built_in AS (
    SELECT column1 AS model, column2 AS name, column3 AS data_type, column4 AS description, column5 AS multiline
    FROM (VALUES
        ('conversation', 'Halo ticket number', 'integer', 'Number of the ticket in Halo', FALSE),
        ('conversation', 'Halo status', 'string', 'Status in Halo', FALSE),
        ('conversation', 'Halo priority', 'string', 'Priority in Halo, by the SLA of the ticket', FALSE),
        ('conversation', 'Halo SLA', 'string', 'SLA of the ticket', FALSE),
        ('conversation', 'Halo ticket type', 'string', 'Ticket type in Halo', FALSE),
        ('conversation', 'Halo category', 'string', 'First category', FALSE),
        ('conversation', 'Halo category 2', 'string', 'Second category', FALSE),
        ('conversation', 'Halo category 3', 'string', 'Third category', FALSE),
        ('conversation', 'Halo category 4', 'string', 'Fourth category', FALSE),
        ('conversation', 'Halo source', 'string', 'How the ticket came in', FALSE),
        ('conversation', 'Halo site', 'string', 'Site of the ticket', FALSE),
        ('conversation', 'Halo reported by', 'string', 'Who reported it, as entered', FALSE),
        ('conversation', 'Halo team', 'string', 'Team of the ticket', FALSE),
        ('conversation', 'Halo impact', 'integer', 'Impact', FALSE),
        ('conversation', 'Halo urgency', 'integer', 'Urgency', FALSE),
        ('conversation', 'Halo on hold', 'boolean', 'The SLA was on hold', FALSE),
        ('conversation', 'Halo flagged', 'boolean', 'Flagged in Halo', FALSE),
        ('conversation', 'Halo created at', 'datetime', 'When the ticket was opened', FALSE),
        ('conversation', 'Halo updated at', 'datetime', 'Last change in Halo', FALSE),
        ('conversation', 'Halo closed at', 'datetime', 'When it was closed', FALSE),
        ('conversation', 'Halo first response at', 'datetime', 'First response', FALSE),
        ('conversation', 'Halo respond by', 'datetime', 'SLA target of the response', FALSE),
        ('conversation', 'Halo response result', 'string', 'Whether the response target was met', FALSE),
        ('conversation', 'Halo fix by', 'datetime', 'SLA target of the resolution', FALSE),
        ('conversation', 'Halo resolution result', 'string', 'Whether the resolution target was met', FALSE),
        ('conversation', 'Halo target date', 'datetime', 'Target date', FALSE),
        ('conversation', 'Halo deadline', 'datetime', 'Deadline', FALSE),
        ('conversation', 'Halo follow-up', 'datetime', 'Follow-up date', FALSE),
        ('conversation', 'Halo hours worked', 'decimal', 'Hours worked', FALSE),
        ('conversation', 'Halo parent ticket', 'integer', 'Number of the parent ticket', FALSE),
        ('conversation', 'Halo child tickets', 'string', 'Numbers of child tickets', TRUE),
        ('conversation', 'Halo merged tickets', 'string', 'Numbers of tickets that were merged into this one', TRUE),
        ('conversation', 'Halo created from', 'integer', 'Number of the ticket that it was made from', FALSE),
        ('conversation', 'Halo contract', 'string', 'Contract of the ticket', FALSE),
        ('conversation', 'Halo workflow', 'string', 'Workflow of the ticket', FALSE),
        ('conversation', 'Halo closure note', 'string', 'Closure note', TRUE),
        ('conversation', 'Halo feedback score', 'integer', 'Score that the customer gave', FALSE),
        ('conversation', 'Halo feedback comment', 'string', 'What the customer wrote beside it', TRUE),
        ('conversation', 'Halo values as entered', 'string', 'Values that do not fit their field, or whose field was deleted', TRUE),
        ('contact', 'Halo user IDs', 'string', 'Users in Halo that are this person', FALSE),
        ('contact', 'Halo inactive', 'boolean', 'Inactive in Halo', FALSE),
        ('contact', 'Halo site', 'string', 'Site of the user', FALSE),
        ('contact', 'Halo job title', 'string', 'Job title', FALSE),
        ('contact', 'Halo user department', 'string', 'Department of the user', FALSE),
        ('contact', 'Halo phone numbers', 'string', 'Phone numbers as entered', FALSE),
        ('contact', 'Halo other e-mails', 'string', 'Second and third address', FALSE),
        ('contact', 'Halo e-mail as entered', 'string', 'An address that is not one', FALSE),
        ('contact', 'Halo important contact', 'boolean', 'Important contact', FALSE),
        ('contact', 'Halo service account', 'boolean', 'Service account', FALSE),
        ('contact', 'Halo never e-mail', 'boolean', 'Was never to be sent e-mails', FALSE),
        ('contact', 'Halo person without e-mail', 'boolean', 'Person without an e-mail', FALSE),
        ('contact', 'Halo user values as entered', 'string', 'Values that do not fit their field, or whose field was deleted', FALSE),
        ('company', 'Halo client ID', 'integer', 'Number of the client in Halo', FALSE),
        ('company', 'Halo client reference', 'string', 'Reference of the client', FALSE),
        ('company', 'Halo top level', 'string', 'Top level above the client: its parent company or group', FALSE),
        ('company', 'Halo client inactive', 'boolean', 'Inactive in Halo', FALSE),
        ('company', 'Halo VIP client', 'boolean', 'VIP', FALSE),
        ('company', 'Halo domain', 'string', 'E-mail domain of the client', FALSE),
        ('company', 'Halo client phone', 'string', 'Main phone number', FALSE),
        ('company', 'Halo accounts e-mail', 'string', 'E-mail of its accounts department', FALSE),
        ('company', 'Halo address', 'string', 'Address of the main site', FALSE),
        ('company', 'Halo invoice address', 'string', 'Invoice address', FALSE),
        ('company', 'Halo sites', 'string', 'Sites of the client', FALSE),
        ('company', 'Halo account manager', 'string', 'Account manager', FALSE),
        ('company', 'Halo client values as entered', 'string', 'Values that do not fit their field, or whose field was deleted', FALSE)
    ) AS built_in
)

SELECT source_key, model, name, data_type, description, options, multiline FROM custom
UNION ALL
SELECT
    'halo:attribute:' || model || ':' || name AS source_key,
    model, name, data_type, description, CAST(NULL AS VARCHAR) AS options, multiline
FROM built_in
UNION ALL
SELECT
    'halo:attribute:conversation:' || object_type, 'conversation', object_type, 'relationship', object_type || 's of the conversation',
    '[' || json_quote(object_type) || ']', FALSE
FROM custom_objects
WHERE conversation_keys IS NOT NULL
GROUP BY object_type
