-- one row per staged source row and what becomes of it; key: (source_table, source_id)
-- target_key NULL: no row of an Intercom table, and rule says why. The sums of this model close the accounting.
WITH tickets AS (
    SELECT
        'tickets' AS source_table, CAST(tickets.id AS VARCHAR) AS source_id, 'conversations' AS target_table,
        conversations.source_key AS target_key, 'anonymised in Hesk, left out by [privacy] anonymised' AS rule
    FROM base_tickets AS tickets
    LEFT JOIN conversations ON conversations.source_key = tickets.source_key
),

messages AS (
    SELECT
        'replies' AS source_table, CAST(replies.id AS VARCHAR), 'conversation_parts',
        parts.source_key, 'its ticket does not exist or is left out'
    FROM hesk.replies AS replies
    LEFT JOIN conversation_parts AS parts ON parts.source_key = 'hesk:reply:' || replies.id
    UNION ALL
    SELECT 'notes', CAST(notes.id AS VARCHAR), 'conversation_parts', parts.source_key, 'its ticket does not exist or is left out'
    FROM hesk.notes AS notes
    LEFT JOIN conversation_parts AS parts ON parts.source_key = 'hesk:note:' || notes.id
),

files AS (
    SELECT
        'attachments' AS source_table, CAST(att.att_id AS VARCHAR), 'attachments',
        min(named.source_key), 'no message names this file'
    FROM hesk.attachments AS att
    LEFT JOIN attachments AS named
        ON CAST(split_part(named.source_key, ':', 5) AS BIGINT) = att.att_id
    GROUP BY att.att_id
    UNION ALL
    SELECT
        'kb_attachments', CAST(att.att_id AS VARCHAR), 'inventory',
        min(CASE WHEN named.att_id IS NOT NULL THEN 'hesk:inventory:article_file:' || named.source_key || ':' || named.att_id END),
        'no article names this file'
    FROM hesk.kb_attachments AS att
    LEFT JOIN base_article_files AS named ON named.att_id = att.att_id
    GROUP BY att.att_id
),

people AS (
    SELECT
        'customers' AS source_table, CAST(rows.id AS VARCHAR), 'contacts',
        contacts.source_key,
        CASE WHEN customers.own_mailbox THEN 'the help desk''s own mailbox'
             ELSE 'nothing names it and it has no account: maybe a person that Hesk has anonymised' END
    FROM hesk.customers AS rows
    LEFT JOIN base_customers AS customers ON customers.id = rows.id
    LEFT JOIN contacts ON contacts.source_key = customers.contact_key
    UNION ALL
    SELECT 'users', CAST(id AS VARCHAR), 'admins', source_key, CAST(NULL AS VARCHAR) FROM base_staff
),

links AS (
    SELECT
        'ticket_to_customer' AS source_table, CAST(links.id AS VARCHAR), 'conversations',
        CASE WHEN customers.id IS NOT NULL AND NOT tickets.anonymised THEN tickets.source_key END,
        CASE WHEN tickets.id IS NULL THEN 'its ticket does not exist'
             WHEN tickets.anonymised THEN 'its ticket is anonymised'
             ELSE 'its customer does not exist' END
    FROM hesk.ticket_to_customer AS links
    LEFT JOIN base_tickets AS tickets ON tickets.id = links.ticket_id
    LEFT JOIN base_customers AS customers ON customers.id = links.customer_id
    UNION ALL
    SELECT
        'linked_tickets', CAST(links.id AS VARCHAR), 'conversations',
        CASE WHEN others.id IS NOT NULL THEN tickets.source_key END, 'one of its tickets does not exist'
    FROM hesk.linked_tickets AS links
    LEFT JOIN base_tickets AS tickets ON tickets.id = links.ticket_id1
    LEFT JOIN base_tickets AS others ON others.id = links.ticket_id2
    UNION ALL
    SELECT
        'ticket_to_collaborator', CAST(links.id AS VARCHAR), 'conversations', tickets.source_key, 'its ticket does not exist'
    FROM hesk.ticket_to_collaborator AS links
    LEFT JOIN base_tickets AS tickets ON tickets.id = links.ticket_id
),

fields AS (
    SELECT
        'custom_fields' AS source_table, CAST(fields.id AS VARCHAR), 'attributes',
        used.source_key, 'not in use'
    FROM hesk.custom_fields AS fields
    LEFT JOIN base_custom_fields AS used ON used.id = fields.id
),

knowledge AS (
    SELECT 'kb_categories' AS source_table, CAST(id AS VARCHAR), 'collections', source_key, CAST(NULL AS VARCHAR) FROM base_collections
    UNION ALL
    SELECT 'kb_articles', CAST(id AS VARCHAR), 'articles', 'hesk:article:' || id, CAST(NULL AS VARCHAR) FROM hesk.kb_articles
    UNION ALL
    SELECT 'std_replies', CAST(id AS VARCHAR), 'saved_replies', 'hesk:canned:' || id, CAST(NULL AS VARCHAR) FROM hesk.std_replies
),

by_hand AS (
    SELECT 'categories' AS source_table, CAST(id AS VARCHAR), 'inventory', 'hesk:inventory:category:' || id, CAST(NULL AS VARCHAR) FROM hesk.categories
    UNION ALL SELECT 'custom_statuses', CAST(id AS VARCHAR), 'inventory', 'hesk:inventory:status:' || id, CAST(NULL AS VARCHAR) FROM hesk.custom_statuses
    UNION ALL SELECT 'custom_priorities', CAST(id AS VARCHAR), 'inventory', 'hesk:inventory:priority:' || id, CAST(NULL AS VARCHAR) FROM hesk.custom_priorities
    UNION ALL SELECT 'ticket_templates', CAST(id AS VARCHAR), 'inventory', 'hesk:inventory:template:' || id, CAST(NULL AS VARCHAR) FROM hesk.ticket_templates
    UNION ALL SELECT 'service_messages', CAST(id AS VARCHAR), 'inventory', 'hesk:inventory:service_message:' || id, CAST(NULL AS VARCHAR) FROM hesk.service_messages
    UNION ALL SELECT 'banned_emails', CAST(id AS VARCHAR), 'inventory', 'hesk:inventory:banned_email:' || id, CAST(NULL AS VARCHAR) FROM hesk.banned_emails
    UNION ALL SELECT 'banned_ips', CAST(id AS VARCHAR), 'inventory', 'hesk:inventory:banned_ip:' || id, CAST(NULL AS VARCHAR) FROM hesk.banned_ips
    UNION ALL SELECT 'muted_emails', CAST(id AS VARCHAR), 'inventory', 'hesk:inventory:muted_email:' || id, CAST(NULL AS VARCHAR) FROM hesk.muted_emails
    UNION ALL SELECT 'permission_group_categories', CAST(id AS VARCHAR), 'inventory', 'hesk:inventory:permission_group:' || group_id, CAST(NULL AS VARCHAR) FROM hesk.permission_group_categories
    UNION ALL SELECT 'permission_group_features', CAST(id AS VARCHAR), 'inventory', 'hesk:inventory:permission_group:' || group_id, CAST(NULL AS VARCHAR) FROM hesk.permission_group_features
    UNION ALL SELECT 'permission_group_members', CAST(id AS VARCHAR), 'inventory', 'hesk:inventory:permission_group:' || group_id, CAST(NULL AS VARCHAR) FROM hesk.permission_group_members
    UNION ALL SELECT 'statuses', CAST("ID" AS VARCHAR), 'inventory', 'hesk:inventory:status:' || "ID", CAST(NULL AS VARCHAR) FROM hesk.statuses
    UNION ALL SELECT 'text_to_status_xref', CAST(id AS VARCHAR), 'inventory', 'hesk:inventory:status:' || status_id, CAST(NULL AS VARCHAR) FROM hesk.text_to_status_xref
    UNION ALL SELECT 'permission_groups', CAST(id AS VARCHAR), 'inventory', 'hesk:inventory:permission_group:' || id, CAST(NULL AS VARCHAR) FROM hesk.permission_groups
)

SELECT * FROM tickets
UNION ALL SELECT * FROM messages
UNION ALL SELECT * FROM files
UNION ALL SELECT * FROM people
UNION ALL SELECT * FROM links
UNION ALL SELECT * FROM fields
UNION ALL SELECT * FROM knowledge
UNION ALL SELECT * FROM by_hand
