-- one row per staged source row and what becomes of it; key: (source_table, source_id)
-- target_key NULL: no row of an Intercom table, and rule says why. The sums of this model close the accounting.
WITH threads AS (
    SELECT kind || 's' AS source_table, uuid AS source_id, target_table, target_key, rule
    FROM base_fates
    UNION ALL
    SELECT 'ticket_fields', fields.uuid, 'conversations', CASE WHEN custom.owner IS NOT NULL THEN fates.thread_key END,
        coalesce(fates.rule, CASE WHEN custom.owner IS NULL THEN 'none of the attributes that [source] names is filled' ELSE 'its ticket was not read' END)
    FROM itsm365.ticket_fields AS fields
    LEFT JOIN base_fates AS fates ON fates.uuid = fields.uuid
    LEFT JOIN base_custom_attributes AS custom ON custom.scope = 'ticket' AND custom.owner = fields.uuid
    UNION ALL
    SELECT
        said.source_table, said.uuid, CASE WHEN fates.thread_key IS NULL THEN fates.target_table ELSE 'conversation_parts' END,
        CASE WHEN fates.thread_key IS NULL THEN fates.target_key ELSE parts.source_key END, coalesce(fates.rule, 'what it is about was not read')
    FROM base_comment_texts AS said
    LEFT JOIN base_fates AS fates ON fates.uuid = said.about
    LEFT JOIN conversation_parts AS parts ON parts.source_key = 'itsm365:' || replace(said.uuid, '$', ':')
    UNION ALL
    SELECT 'ticket_events', uuid, 'conversation_parts', NULL, 'history: it is kept in the stage only' FROM itsm365.ticket_events
),

-- A file of several places is one attachment of its thread.
files AS (
    SELECT
        listed.source_table, listed.source_id, CASE WHEN min(attachments.source_key) IS NULL AND min(loose.source_key) IS NOT NULL THEN 'inventory' ELSE 'attachments' END,
        coalesce(min(attachments.source_key), min(loose.source_key)), coalesce(min(fates.rule), 'what it belongs to was not read')
    FROM base_listed_files AS listed
    LEFT JOIN base_fates AS fates ON fates.uuid = listed.about
    LEFT JOIN base_files AS found ON found.uuid = listed.uuid
    LEFT JOIN conversation_parts AS parts
        ON parts.source_key = found.part_key AND (parts.conversation_key = fates.thread_key OR fates.thread_key IS NULL AND fates.target_key IS NOT NULL)
    LEFT JOIN attachments ON attachments.source_key = found.source_key AND parts.source_key IS NOT NULL
    LEFT JOIN base_loose_files AS loose ON loose.uuid = listed.uuid
    GROUP BY listed.source_table, listed.source_id
),

approvals AS (
    SELECT
        'approvals' AS source_table, approvals.uuid AS source_id,
        CASE WHEN parts.source_key IS NOT NULL THEN 'conversation_parts' ELSE fates.target_table END,
        coalesce(parts.source_key, fates.target_key),
        coalesce(fates.rule, 'what it is about was not read')
    FROM base_approvals AS approvals
    LEFT JOIN base_fates AS fates ON fates.uuid = approvals.source
    LEFT JOIN conversation_parts AS parts ON parts.source_key = approvals.source_key
),

votes (source_table, source_id, target_table, target_key, rule) AS (
    SELECT 'votes', votes.uuid, coalesce(asked.target_table, 'conversation_parts'), asked.target_key, coalesce(asked.rule, 'its approval was not read')
    FROM itsm365.votes AS votes
    LEFT JOIN (SELECT source_id, target_table, target_key, rule FROM (SELECT * FROM approvals) AS told (source_table, source_id, target_table, target_key, rule)) AS asked ON asked.source_id = votes.approval
),

people AS (
    -- Whoever answers tickets is a teammate, too.
    SELECT 'employees' AS source_table, uuid, 'contacts', contact_key, rule
    FROM base_people
    UNION ALL
    SELECT 'employee_fields', fields.uuid, 'contacts', CASE WHEN custom.owner IS NOT NULL THEN people.contact_key END,
        coalesce(people.rule, CASE WHEN custom.owner IS NULL THEN 'none of the attributes that [source] names is filled' ELSE 'the employee was not read' END)
    FROM itsm365.employee_fields AS fields
    LEFT JOIN base_people AS people ON people.uuid = fields.uuid
    LEFT JOIN base_custom_attributes AS custom ON custom.scope = 'employee' AND custom.owner = fields.uuid
    UNION ALL
    SELECT 'ous', ous.uuid, 'companies', ous.company_key, ous.rule FROM base_ous AS ous
    UNION ALL
    SELECT 'ou_fields', fields.uuid, 'companies', CASE WHEN custom.owner IS NOT NULL AND ous.company_key = 'itsm365:' || replace(ous.uuid, '$', ':') THEN ous.company_key END,
        CASE WHEN custom.owner IS NULL THEN 'none of the attributes that [source] names is filled' ELSE 'it is no company' END
    FROM itsm365.ou_fields AS fields
    LEFT JOIN base_ous AS ous ON ous.uuid = fields.uuid
    LEFT JOIN base_custom_attributes AS custom ON custom.scope = 'ou' AND custom.owner = fields.uuid
    UNION ALL
    SELECT 'teams', uuid, 'teams', source_key, CAST(NULL AS VARCHAR) FROM base_teams
),

-- The inventory has what is no configuration item of Intercom.
items AS (
    SELECT
        'cis' AS source_table, cis.uuid, CASE WHEN base_settings.companies = 'configuration_item' THEN 'companies' ELSE 'inventory' END,
        CASE WHEN base_settings.companies = 'configuration_item' THEN cis.source_key ELSE 'itsm365:inventory:' || replace(cis.uuid, '$', ':') END, CAST(NULL AS VARCHAR)
    FROM base_cis AS cis
    CROSS JOIN base_settings
    UNION ALL
    SELECT
        'ci_fields', fields.uuid, CASE WHEN base_settings.companies = 'configuration_item' THEN 'companies' ELSE 'inventory' END,
        CASE WHEN custom.owner IS NULL THEN NULL WHEN base_settings.companies = 'configuration_item' THEN 'itsm365:' || replace(fields.uuid, '$', ':') ELSE 'itsm365:inventory:' || replace(fields.uuid, '$', ':') END,
        'none of the attributes that [source] names is filled'
    FROM itsm365.ci_fields AS fields
    CROSS JOIN base_settings
    LEFT JOIN base_custom_attributes AS custom ON custom.scope = 'ci' AND custom.owner = fields.uuid
),

knowledge AS (
    SELECT
        'kb' AS source_table, uuid, CASE fate WHEN 'collection' THEN 'collections' WHEN 'internal_article' THEN 'internal_articles' ELSE 'articles' END,
        CASE WHEN fate <> 'archived' THEN source_key END, 'archived in ITSM 365'
    FROM base_pages
    UNION ALL
    SELECT 'kb_files', uuid, 'inventory', 'itsm365:inventory:article_file:' || split_part(uuid, '$', 2), CAST(NULL AS VARCHAR) FROM itsm365.kb_files
    UNION ALL
    SELECT 'templates', templates.uuid, CASE WHEN replies.source_key IS NOT NULL THEN 'saved_replies' ELSE 'inventory' END,
        coalesce(replies.source_key, 'itsm365:inventory:' || replace(templates.uuid, '$', ':')), CAST(NULL AS VARCHAR)
    FROM itsm365.templates AS templates
    LEFT JOIN saved_replies AS replies ON replies.source_key = 'itsm365:' || replace(templates.uuid, '$', ':')
),

by_hand AS (
    SELECT 'roots' AS source_table, uuid, 'inventory', 'itsm365:inventory:' || replace(uuid, '$', ':'), CAST(NULL AS VARCHAR) FROM itsm365.roots
    UNION ALL SELECT 'catalogs', class, 'inventory', 'itsm365:inventory:catalog:' || class, CAST(NULL AS VARCHAR) FROM itsm365.catalogs
    UNION ALL SELECT 'catalog_items', catalog || '/' || uuid, 'inventory', 'itsm365:inventory:catalog:' || catalog, CAST(NULL AS VARCHAR) FROM itsm365.catalog_items
    UNION ALL SELECT 'services', uuid, 'inventory', 'itsm365:inventory:' || replace(uuid, '$', ':'), CAST(NULL AS VARCHAR) FROM itsm365.services
    UNION ALL SELECT 'agreements', uuid, 'inventory', 'itsm365:inventory:' || replace(uuid, '$', ':'), CAST(NULL AS VARCHAR) FROM itsm365.agreements
    UNION ALL SELECT 'sla_rules', uuid, 'inventory', 'itsm365:inventory:' || replace(uuid, '$', ':'), CAST(NULL AS VARCHAR) FROM itsm365.sla_rules
    UNION ALL SELECT source_table, uuid, 'inventory', source_key, CAST(NULL AS VARCHAR) FROM base_rules
),

everything (source_table, source_id, target_table, target_key, rule) AS (
    SELECT * FROM threads
    UNION ALL SELECT * FROM files
    UNION ALL SELECT * FROM approvals
    UNION ALL SELECT * FROM votes
    UNION ALL SELECT * FROM people
    UNION ALL SELECT * FROM items
    UNION ALL SELECT * FROM knowledge
    UNION ALL SELECT * FROM by_hand
)

SELECT
    source_table,
    source_id,
    target_table,
    target_key,
    CASE
        WHEN target_key IS NULL THEN rule
        WHEN source_table = 'employees' AND target_table = 'contacts' AND target_key <> 'itsm365:' || replace(source_id, '$', ':')
            THEN 'merged into employee ' || split_part(target_key, ':', 3) || ', who has the same e-mail'
        WHEN source_table = 'ous' AND target_key <> 'itsm365:' || replace(source_id, '$', ':') THEN 'a department: an attribute of its company and its people'
    END                                                                                     AS rule
FROM everything
