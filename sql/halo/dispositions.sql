-- one row per staged source row and what becomes of it; key: (source_table, source_id)
-- target_key NULL: no row of an Intercom table, and rule says why. The sums of this model close the accounting.
WITH fates AS (
    SELECT
        tickets.id,
        tickets.fate,
        tickets.thread_key,
        CASE tickets.fate WHEN 'deleted' THEN 'its ticket is deleted in Halo' WHEN 'opportunity' THEN 'it belongs to an opportunity: a custom object has no thread'
            ELSE 'its ticket was not read' END AS rule
    FROM base_tickets AS tickets
),

deals AS (
    SELECT
        opportunities.id,
        CASE WHEN base_settings.optional_objects LIKE '%opportunities%' THEN 'custom_objects' ELSE 'inventory' END AS target_table,
        CASE WHEN base_settings.optional_objects LIKE '%opportunities%' THEN 'halo:opportunity:' || opportunities.id
             ELSE 'halo:inventory:opportunity:' || opportunities.id END AS target_key
    FROM halo.opportunities AS opportunities
    CROSS JOIN base_settings
),

devices AS (
    SELECT
        assets.id,
        CASE WHEN base_settings.optional_objects LIKE '%assets%' THEN 'custom_objects' ELSE 'inventory' END AS target_table,
        CASE WHEN base_settings.optional_objects LIKE '%assets%' THEN 'halo:asset:' || assets.id ELSE 'halo:inventory:asset:' || assets.id END AS target_key
    FROM halo.assets AS assets
    CROSS JOIN base_settings
),

threads AS (
    -- A merged ticket is in the conversation of the one that took it, an opportunity is told by its own table.
    SELECT
        'tickets' AS source_table, CAST(tickets.id AS VARCHAR) AS source_id,
        CASE WHEN tickets.fate = 'opportunity' THEN coalesce(deals.target_table, 'inventory') ELSE 'conversations' END AS target_table,
        CASE WHEN tickets.fate = 'opportunity' THEN deals.target_key WHEN tickets.fate <> 'deleted' THEN tickets.thread_key END AS target_key,
        CASE tickets.fate WHEN 'deleted' THEN 'deleted in Halo' WHEN 'opportunity' THEN 'an opportunity that its own list does not have' END AS rule
    FROM base_tickets AS tickets
    LEFT JOIN deals ON deals.id = tickets.id
    UNION ALL
    SELECT
        'actions', actions.ticket_id || '/' || actions.id, 'conversation_parts',
        coalesce(parts.source_key, copies.source_key),
        CASE WHEN fates.fate IN ('conversation', 'merged') THEN 'an event, left out by [transform] history' ELSE fates.rule END
    FROM halo.actions AS actions
    LEFT JOIN fates ON fates.id = actions.ticket_id
    LEFT JOIN conversation_parts AS parts ON parts.source_key = 'halo:action:' || actions.ticket_id || ':' || actions.id
    LEFT JOIN base_messages AS copies ON copies.repeated_by = 'halo:action:' || actions.ticket_id || ':' || actions.id AND copies.moved_to IS NULL
    UNION ALL
    SELECT
        'ticket_approvals', approvals.ticket_id || '/' || approvals.seq, 'conversation_parts', parts.source_key, fates.rule
    FROM halo.ticket_approvals AS approvals
    LEFT JOIN fates ON fates.id = approvals.ticket_id
    LEFT JOIN conversation_parts AS parts ON parts.source_key = 'halo:approval:' || approvals.ticket_id || ':' || approvals.seq
    UNION ALL
    SELECT
        'ticket_tags', named.ticket_id || '/' || named.id, 'conversations', CASE WHEN fates.fate = 'conversation' AND tags.id IS NOT NULL THEN fates.thread_key END,
        CASE WHEN tags.id IS NULL THEN 'a tag without a name' WHEN fates.fate = 'merged' THEN 'its ticket was merged: the other ticket has its own' ELSE fates.rule END
    FROM halo.ticket_tags AS named
    LEFT JOIN fates ON fates.id = named.ticket_id
    LEFT JOIN base_tags AS tags ON tags.id = named.id
    UNION ALL
    SELECT
        'feedback', CAST(feedback.id AS VARCHAR), 'conversations', CASE WHEN fates.fate = 'conversation' THEN fates.thread_key END,
        CASE WHEN fates.fate = 'merged' THEN 'its ticket was merged: the other ticket has its own' ELSE coalesce(fates.rule, 'its ticket was not read') END
    FROM halo.feedback AS feedback
    LEFT JOIN fates ON fates.id = feedback.ticket_id
),

-- A file that two lists name is one attachment.
files AS (
    SELECT
        listed.source_table, CAST(listed.id AS VARCHAR), 'attachments',
        attachments.source_key, coalesce(fates.rule, 'its ticket was not read')
    FROM (
        SELECT 'attachments' AS source_table, id, ticket_id FROM halo.attachments
        UNION ALL
        SELECT 'action_attachments', id, ticket_id FROM halo.action_attachments
    ) AS listed
    LEFT JOIN fates ON fates.id = listed.ticket_id
    LEFT JOIN attachments ON attachments.source_key = 'halo:attachment:' || listed.id
),

people AS (
    SELECT
        'users' AS source_table, CAST(id AS VARCHAR), 'contacts', contact_key, rule
    FROM base_users
    UNION ALL
    SELECT 'clients', CAST(id AS VARCHAR), 'companies', company_key, rule FROM base_clients
    UNION ALL
    SELECT
        'sites', CAST(sites.id AS VARCHAR), 'companies', sites.company_key,
        CASE WHEN clients.id IS NULL THEN 'its client does not exist' ELSE clients.rule END
    FROM base_sites AS sites
    LEFT JOIN base_clients AS clients ON clients.id = sites.client_id
    UNION ALL
    SELECT
        'top_levels', CAST(levels.id AS VARCHAR), 'companies', min(clients.company_key), 'no client is under it'
    FROM base_top_levels AS levels
    LEFT JOIN base_clients AS clients ON clients.top_level = levels.path OR starts_with(clients.top_level, levels.path || ' > ')
    GROUP BY levels.id
    UNION ALL
    SELECT 'agents', CAST(raw.id AS VARCHAR), 'admins', agents.source_key, 'Halo''s word for nobody'
    FROM halo.agents AS raw
    LEFT JOIN base_agents AS agents ON agents.id = raw.id
    UNION ALL
    SELECT 'agent_teams', members.agent_id || '/' || members.team_id, 'inventory', 'halo:inventory:agent:' || agents.id, 'its agent is nobody'
    FROM halo.agent_teams AS members
    LEFT JOIN base_agents AS agents ON agents.id = members.agent_id
    UNION ALL
    SELECT 'teams', CAST(raw.id AS VARCHAR), 'teams', teams.source_key, 'it has no number'
    FROM halo.teams AS raw
    LEFT JOIN base_teams AS teams ON teams.id = raw.id
),

-- A value goes with the object that has it.
owners AS (
    SELECT 'ticket' AS scope, CAST(id AS VARCHAR) AS owner_id, 'conversations' AS target_table,
        CASE WHEN fate = 'conversation' THEN thread_key END AS target_key,
        CASE WHEN fate = 'merged' THEN 'its ticket was merged: the other ticket has its own' ELSE rule END AS rule
    FROM fates
    UNION ALL
    SELECT 'client', CAST(id AS VARCHAR), 'companies', company_key, rule FROM base_clients
    UNION ALL
    SELECT 'site', CAST(id AS VARCHAR), 'companies', company_key, 'its client becomes no company' FROM base_sites
    UNION ALL
    SELECT 'user', CAST(id AS VARCHAR), 'contacts', contact_key, rule FROM base_users
    UNION ALL
    SELECT 'contract', CAST(id AS VARCHAR), 'custom_objects', 'halo:contract:' || id, CAST(NULL AS VARCHAR) FROM halo.contracts
    UNION ALL
    SELECT 'opportunity', CAST(id AS VARCHAR), target_table, target_key, CAST(NULL AS VARCHAR) FROM deals
    UNION ALL
    SELECT 'asset', CAST(id AS VARCHAR), target_table, target_key, CAST(NULL AS VARCHAR) FROM devices
),

fields AS (
    SELECT
        held.scope || '_fields' AS source_table, held.owner_id || '/' || held.field_id, coalesce(owners.target_table, 'conversations'),
        CASE WHEN filled.field_id IS NOT NULL AND NOT filled.left_out THEN owners.target_key END,
        CASE
            WHEN fields.is_secret THEN 'a secret: its value stays in Halo'
            WHEN filled.field_id IS NULL THEN 'it is empty'
            WHEN filled.left_out THEN 'mapping/attributes.csv leaves its field out'
            WHEN held.scope = 'article' THEN 'articles have no attributes in Intercom'
            ELSE coalesce(owners.rule, 'what it belongs to was not read')
        END
    FROM base_stored_values AS held
    LEFT JOIN base_custom_fields AS fields ON fields.id = held.field_id
    LEFT JOIN base_custom_values AS filled ON filled.scope = held.scope AND filled.owner_id = held.owner_id AND filled.field_id = held.field_id AND filled.nth = held.nth
    LEFT JOIN owners ON owners.scope = held.scope AND owners.owner_id = held.owner_id
),

definitions AS (
    SELECT
        'field_infos' AS source_table, CAST(fields.id AS VARCHAR),
        CASE WHEN attributes.source_key IS NOT NULL THEN 'attributes' ELSE 'inventory' END,
        coalesce(attributes.source_key, 'halo:inventory:field:' || fields.id), CAST(NULL AS VARCHAR)
    FROM base_custom_fields AS fields
    LEFT JOIN attributes ON attributes.source_key = fields.source_key
    UNION ALL
    SELECT
        'field_values', options.field_id || '/' || options.id, CASE WHEN attributes.source_key IS NOT NULL THEN 'attributes' ELSE 'inventory' END,
        coalesce(attributes.source_key, 'halo:inventory:field:' || fields.id), 'its field does not exist'
    FROM halo.field_values AS options
    LEFT JOIN base_custom_fields AS fields ON fields.id = options.field_id
    LEFT JOIN attributes ON attributes.source_key = fields.source_key
    UNION ALL
    SELECT
        'lookups', lookups.lookupid || '/' || lookups.id, CASE WHEN min(attributes.source_key) IS NOT NULL THEN 'attributes' ELSE 'inventory' END,
        coalesce(min(attributes.source_key), 'halo:inventory:field:' || min(fields.id)), 'no field has this list'
    FROM halo.lookups AS lookups
    LEFT JOIN halo.field_infos AS fields ON fields.lookup = lookups.lookupid
    LEFT JOIN attributes ON attributes.source_key = 'halo:custom_field:' || fields.id
    GROUP BY lookups.lookupid, lookups.id
    UNION ALL
    SELECT
        'tags', CAST(raw.id AS VARCHAR), 'tags', CASE WHEN tags.is_used THEN tags.tag_key END,
        CASE WHEN tags.id IS NULL THEN 'a tag without a name' ELSE 'no ticket and no article has it' END
    FROM halo.tags AS raw
    LEFT JOIN base_tags AS tags ON tags.id = raw.id
),

knowledge AS (
    SELECT 'faq_lists' AS source_table, CAST(id AS VARCHAR), 'collections', source_key, CAST(NULL AS VARCHAR) FROM base_collections
    UNION ALL
    SELECT 'kb_articles', CAST(id AS VARCHAR), 'articles', 'halo:article:' || id, CAST(NULL AS VARCHAR) FROM halo.kb_articles
    UNION ALL
    SELECT
        'article_faq_lists', named.article_id || '/' || named.id, 'articles', CASE WHEN lists.id IS NOT NULL THEN 'halo:article:' || named.article_id END,
        'its list does not exist'
    FROM halo.article_faq_lists AS named
    LEFT JOIN base_collections AS lists ON lists.id = named.id
    UNION ALL
    SELECT
        'article_tags', named.article_id || '/' || named.id, 'articles', CASE WHEN tags.id IS NOT NULL THEN 'halo:article:' || named.article_id END, 'a tag without a name'
    FROM halo.article_tags AS named
    LEFT JOIN base_tags AS tags ON tags.id = named.id
    UNION ALL
    SELECT 'kb_attachments', article_id || '/' || id, 'inventory', 'halo:inventory:article_file:' || article_id || ':' || id, CAST(NULL AS VARCHAR) FROM halo.kb_attachments
    UNION ALL
    SELECT 'canned_texts', CAST(id AS VARCHAR), 'saved_replies', 'halo:canned:' || id, CAST(NULL AS VARCHAR) FROM halo.canned_texts
),

objects AS (
    SELECT 'contracts' AS source_table, CAST(id AS VARCHAR), 'custom_objects', 'halo:contract:' || id, CAST(NULL AS VARCHAR) FROM halo.contracts
    UNION ALL
    SELECT
        'contract_users', named.contract_id || '/' || named.id, 'custom_objects',
        CASE WHEN users.contact_key IS NOT NULL THEN 'halo:contract:' || named.contract_id END, coalesce(users.rule, 'its user does not exist')
    FROM halo.contract_users AS named
    LEFT JOIN base_users AS users ON users.id = named.id
    UNION ALL
    SELECT 'opportunities', CAST(id AS VARCHAR), target_table, target_key, CAST(NULL AS VARCHAR) FROM deals
    UNION ALL
    SELECT 'assets', CAST(id AS VARCHAR), target_table, target_key, CAST(NULL AS VARCHAR) FROM devices
    UNION ALL
    SELECT 'asset_values', named.asset_id || '/' || named.id, devices.target_table, devices.target_key, 'its asset was not read'
    FROM halo.asset_values AS named
    LEFT JOIN devices ON devices.id = named.asset_id
    UNION ALL
    SELECT
        'asset_users', named.asset_id || '/' || named.id, devices.target_table, CASE WHEN users.contact_key IS NOT NULL THEN devices.target_key END, coalesce(users.rule, 'its user does not exist')
    FROM halo.asset_users AS named
    LEFT JOIN devices ON devices.id = named.asset_id
    LEFT JOIN base_users AS users ON users.id = named.id
),

by_hand AS (
    SELECT 'slas' AS source_table, CAST(id AS VARCHAR), 'inventory', 'halo:inventory:sla:' || id, CAST(NULL AS VARCHAR) FROM halo.slas
    UNION ALL SELECT 'priorities', slaid || '/' || priorityid, 'inventory', 'halo:inventory:priority:' || slaid || ':' || priorityid, CAST(NULL AS VARCHAR) FROM halo.priorities
    UNION ALL SELECT 'statuses', CAST(id AS VARCHAR), 'inventory', 'halo:inventory:status:' || id, CAST(NULL AS VARCHAR) FROM halo.statuses
    UNION ALL SELECT 'ticket_types', CAST(id AS VARCHAR), 'inventory', 'halo:inventory:ticket_type:' || id, CAST(NULL AS VARCHAR) FROM halo.ticket_types
    UNION ALL SELECT 'categories', CAST(id AS VARCHAR), 'inventory', 'halo:inventory:category:' || id, CAST(NULL AS VARCHAR) FROM halo.categories
    UNION ALL SELECT 'outcomes', CAST(id AS VARCHAR), 'inventory', 'halo:inventory:outcome:' || id, CAST(NULL AS VARCHAR) FROM halo.outcomes
    UNION ALL SELECT 'ticket_rules', CAST(id AS VARCHAR), 'inventory', 'halo:inventory:rule:' || id, CAST(NULL AS VARCHAR) FROM halo.ticket_rules
    UNION ALL SELECT 'rule_criteria', rule_id || '/' || id, 'inventory', 'halo:inventory:rule:' || rule_id, CAST(NULL AS VARCHAR) FROM halo.rule_criteria
    UNION ALL SELECT 'rule_outcomes', rule_id || '/' || id, 'inventory', 'halo:inventory:rule:' || rule_id, CAST(NULL AS VARCHAR) FROM halo.rule_outcomes
    UNION ALL SELECT 'workflows', CAST(id AS VARCHAR), 'inventory', 'halo:inventory:workflow:' || id, CAST(NULL AS VARCHAR) FROM halo.workflows
    UNION ALL SELECT 'workflow_steps', workflow_id || '/' || step_id, 'inventory', 'halo:inventory:workflow:' || workflow_id, CAST(NULL AS VARCHAR) FROM halo.workflow_steps
    UNION ALL SELECT 'workflow_actions', workflow_id || '/' || id, 'inventory', 'halo:inventory:workflow:' || workflow_id, CAST(NULL AS VARCHAR) FROM halo.workflow_actions
    UNION ALL SELECT 'approval_processes', CAST(id AS VARCHAR), 'inventory', 'halo:inventory:approval:' || id, CAST(NULL AS VARCHAR) FROM halo.approval_processes
    UNION ALL SELECT 'approval_steps', process_id || '/' || id, 'inventory', 'halo:inventory:approval:' || process_id, CAST(NULL AS VARCHAR) FROM halo.approval_steps
    UNION ALL SELECT 'approval_rules', CAST(id AS VARCHAR), 'inventory', 'halo:inventory:approval_rule:' || id, CAST(NULL AS VARCHAR) FROM halo.approval_rules
    UNION ALL SELECT 'reports', CAST(id AS VARCHAR), 'inventory', 'halo:inventory:report:' || id, CAST(NULL AS VARCHAR) FROM halo.reports
    UNION ALL SELECT 'webhooks', id, 'inventory', 'halo:inventory:webhook:' || id, CAST(NULL AS VARCHAR) FROM halo.webhooks
    UNION ALL SELECT 'webhook_events', webhook_id || '/' || id, 'inventory', 'halo:inventory:webhook:' || webhook_id, CAST(NULL AS VARCHAR) FROM halo.webhook_events
    UNION ALL SELECT 'notifications', CAST(id AS VARCHAR), 'inventory', 'halo:inventory:notification:' || id, CAST(NULL AS VARCHAR) FROM halo.notifications
),

everything (source_table, source_id, target_table, target_key, rule) AS (
    SELECT * FROM threads
    UNION ALL SELECT * FROM files
    UNION ALL SELECT * FROM people
    UNION ALL SELECT * FROM fields
    UNION ALL SELECT * FROM definitions
    UNION ALL SELECT * FROM knowledge
    UNION ALL SELECT * FROM objects
    UNION ALL SELECT * FROM by_hand
)

SELECT
    everything.source_table,
    everything.source_id,
    everything.target_table,
    everything.target_key,
    CASE
        WHEN everything.target_key IS NULL THEN everything.rule
        WHEN everything.source_table = 'users' AND everything.target_key <> 'halo:user:' || everything.source_id
            THEN 'merged into user ' || substr(everything.target_key, 11) || ', who has the same e-mail'
        WHEN everything.source_table = 'tickets' AND everything.target_table = 'conversations' AND everything.target_key <> 'halo:ticket:' || everything.source_id
            THEN 'merged into ticket ' || substr(everything.target_key, 13) || ' in Halo'
        WHEN everything.source_table = 'actions' AND everything.target_key LIKE 'halo:message:%' THEN 'repeats the text that opens the ticket'
    END AS rule
FROM everything
