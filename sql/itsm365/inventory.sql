-- one row per thing that has to be rebuilt by hand, or looked at before the load; key: source_key
WITH rules AS (
    SELECT
        source_key, kind, name, details,
        CASE
            WHEN NOT is_active THEN 'Switched off or archived in ITSM 365: nothing to rebuild'
            WHEN kind = 'routing rule' THEN 'Workflow that assigns to the team inbox, on itsm_service, itsm_category or what else the rule looks at; or assignment rules of the inbox'
            WHEN kind = 'escalation' THEN 'SLA of the workspace with a workflow on "SLA missed" or "is about to miss" that assigns and notifies'
            WHEN kind = 'approval process' THEN 'Ticket type with states for asked, approved and refused, and a workflow that notifies each approver in this order: Intercom has no approvals'
            WHEN kind = 'workflow' THEN 'Workflow with the same trigger; steps outside of Intercom by a webhook'
            WHEN kind = 'notification' THEN 'Workflow or notification setting of the ticket type; Intercom writes to customers itself when somebody replies'
            ELSE 'Workflow with a timer or trigger, such as closing what the customer does not answer'
        END AS recommendation
    FROM base_rules
),

-- What the tenant has none of: whoever reads this should not have to ask whether it was forgotten.
areas AS (
    SELECT 1 AS nth, 'routing rules and escalations' AS name, count(*) AS rows FROM itsm365.rules
    UNION ALL SELECT 2, 'workflows and approval processes', count(*) FROM itsm365.processes
    UNION ALL SELECT 3, 'notifications and actions on events', count(*) FROM itsm365.actions
    UNION ALL SELECT 4, 'approvals', count(*) FROM itsm365.approvals
    UNION ALL SELECT 5, 'problems', count(*) FROM itsm365.problems
    UNION ALL SELECT 6, 'change requests', count(*) FROM itsm365.changes
    UNION ALL SELECT 7, 'configuration items', count(*) FROM itsm365.cis
),

empty AS (
    SELECT
        'itsm365:inventory:empty:' || nth, 'not in this tenant', name,
        attributes('rows', rows),
        'Nothing to rebuild: ITSM 365 gave none. The tier Lite has no such thing; where the tenant should have it, the user of the access key may not see it'
    FROM areas
    WHERE rows = 0
),

-- How approvals went, by type of ticket and what was asked: the order in which people were asked tells the process where no
-- process of it can be read.
observed AS (
    SELECT
        'itsm365:inventory:approvals:' || stable_key(coalesce(tickets.type, 'none'), approvals.name, approvals.approvers), 'approval as it went', approvals.name,
        attributes('of', min(tickets.type_title), 'approvers', approvals.approvers, 'times', count(*), 'results', string_agg(DISTINCT approvals.status, ', ' ORDER BY approvals.status)),
        'Compare with the approval processes: rebuild as a ticket type with states and a workflow that notifies these people'
    FROM base_approvals AS approvals
    LEFT JOIN base_tickets AS tickets ON tickets.uuid = approvals.source
    GROUP BY tickets.type, approvals.name, approvals.approvers
),

member_lists AS (
    SELECT members.team, string_agg(agents.name, ', ' ORDER BY agents.name) AS names
    FROM (
        SELECT uuid, (json ->> 'UUID') AS team
        FROM (SELECT uuid, unnest(json_get_array(teams)) AS json FROM itsm365.employees WHERE teams LIKE '[{%') AS listed
    ) AS members
    JOIN base_agents AS agents ON agents.uuid = members.uuid AND agents.active
    GROUP BY members.team
),

teams AS (
    SELECT
        'itsm365:inventory:' || replace(teams.uuid, '$', ':'), 'team', teams.name,
        attributes('members', member_lists.names, 'archived', CASE WHEN teams.removed THEN TRUE END),
        CASE WHEN teams.removed THEN 'Only if its tickets are to keep their team' ELSE 'Team inbox with these members' END
    FROM base_teams AS teams
    LEFT JOIN member_lists ON member_lists.team = teams.uuid
),

targets AS (
    SELECT
        agreement,
        string_agg(concat_ws(', ', title, priority_name, CASE WHEN regexp_like(time, '^[0-9]+$') THEN CAST(CAST(time AS DOUBLE) / 3600000 AS VARCHAR) || ' h' ELSE time END), '; ' ORDER BY uuid) AS list
    FROM itsm365.sla_rules
    WHERE NOT coalesce(removed, FALSE)
    GROUP BY agreement
),

service_lists AS (
    SELECT uuid, string_agg((json ->> 'title'), ', ' ORDER BY (json ->> 'UUID')) AS names
    FROM (SELECT uuid, unnest(json_get_array(services)) AS json FROM itsm365.agreements WHERE services LIKE '[{%') AS listed
    GROUP BY uuid
),

recipient_lists AS (
    SELECT uuid, string_agg((json ->> 'title'), ', ' ORDER BY (json ->> 'UUID')) AS names
    FROM (SELECT uuid, unnest(json_get_array(recipients)) AS json FROM itsm365.agreements WHERE recipients LIKE '[{%') AS listed
    GROUP BY uuid
),

agreements AS (
    SELECT
        'itsm365:inventory:' || replace(agreements.uuid, '$', ':'), 'SLA policy', coalesce(nullif(trim(agreements.title), ''), agreements.uuid),
        attributes('state', agreements.state, 'targets', targets.list, 'services', service_lists.names, 'for', recipient_lists.names, 'working hours', nullif(trim(agreements.service_time), '')),
        'SLA of the workspace with office hours, applied by a workflow on itsm_sla_name and itsm_priority: no API creates one'
    FROM itsm365.agreements AS agreements
    LEFT JOIN targets ON targets.agreement = agreements.uuid
    LEFT JOIN service_lists ON service_lists.uuid = agreements.uuid
    LEFT JOIN recipient_lists ON recipient_lists.uuid = agreements.uuid
),

sla_rules AS (
    SELECT
        'itsm365:inventory:' || replace(rules.uuid, '$', ':'), 'SLA target', coalesce(nullif(trim(rules.title), ''), rules.uuid),
        attributes('type', rules.type, 'agreement', agreements.title, 'priority', rules.priority_name, 'time', rules.time, 'archived', CASE WHEN rules.removed THEN TRUE END),
        'Target of the SLA of its agreement'
    FROM itsm365.sla_rules AS rules
    LEFT JOIN itsm365.agreements AS agreements ON agreements.uuid = rules.agreement
),

services AS (
    SELECT
        'itsm365:inventory:' || replace(uuid, '$', ':'), 'service', coalesce(nullif(trim(title), ''), uuid),
        attributes('state', state, 'archived', CASE WHEN removed THEN TRUE END),
        'Ticket type of its own where it has fields of its own; else the attribute itsm_service tells it'
    FROM itsm365.services
),

catalogs AS (
    SELECT
        'itsm365:inventory:catalog:' || catalogs.class, 'catalog', catalogs.class,
        attributes('items', string_agg(coalesce(nullif(trim(items.title), ''), items.code) || coalesce(' (' || items.code || ')', ''), ', ' ORDER BY items.uuid)),
        'Values of the attribute are text: make a list attribute of it where agents go on to choose'
    FROM itsm365.catalogs AS catalogs
    LEFT JOIN itsm365.catalog_items AS items ON items.catalog = catalogs.class
    GROUP BY catalogs.class
),

object_types AS (
    SELECT
        'itsm365:inventory:object_type:' || attributes.object_type, 'custom object type', attributes.object_type,
        attributes('attributes', string_agg(attributes.name || ' (' || attributes.data_type || ')', ', ' ORDER BY attributes.place),
            'reference', 'to people (many), called ' || attributes.object_type),
        'Create it in Settings > Data > Custom objects before the load, with this reference: no API creates types'
    FROM base_object_attributes AS attributes
    JOIN (SELECT DISTINCT object_type FROM custom_objects) AS used ON used.object_type = attributes.object_type
    GROUP BY attributes.object_type
),

cis AS (
    SELECT
        'itsm365:inventory:' || replace(cis.uuid, '$', ':'), 'configuration item', cis.name,
        attributes('type', cis.type_title, 'number', cis.number, 'owner', coalesce(cis.owner_name, cis.owner_as_named), 'path', CASE WHEN cis.path <> cis.name THEN cis.path END,
            'description', cis.description, 'archived', CASE WHEN cis.removed THEN TRUE END, 'attributes', custom.custom_attributes),
        'Asset tool; its tickets name it in itsm_configuration_items; [source] companies = "configuration_item" makes companies of them'
    FROM base_cis AS cis
    CROSS JOIN base_settings
    LEFT JOIN base_custom_attributes AS custom ON custom.scope = 'ci' AND custom.owner = cis.uuid
    WHERE base_settings.companies <> 'configuration_item'
),

templates AS (
    SELECT
        'itsm365:inventory:' || replace(templates.uuid, '$', ':'), 'template', coalesce(nullif(trim(templates.title), ''), templates.uuid),
        attributes('type', templates.type, 'text', nullif(html_to_text(clean_html(templates.text)), ''), 'archived', CASE WHEN templates.removed THEN TRUE END),
        CASE WHEN templates.removed THEN 'Archived in ITSM 365: nothing to rebuild' ELSE 'Macro or ticket type, if it is still needed' END
    FROM itsm365.templates AS templates
    LEFT JOIN saved_replies AS replies ON replies.source_key = 'itsm365:' || replace(templates.uuid, '$', ':')
    WHERE replies.source_key IS NULL
),

files AS (
    SELECT
        source_key, kind, name,
        attributes('of', about_name, 'sha256', sha256),
        CASE WHEN sha256 IS NULL THEN 'The file could not be had: ask for it, or take its name off what names it'
             WHEN kind = 'file of an article' THEN 'Upload by hand in the article editor: no API takes files for articles'
             ELSE 'Keep it, or add it to a conversation by hand: a custom object has no files. deskferry report files packs them' END
    FROM base_loose_files
),

unlinked AS (
    SELECT
        fates.target_key, fates.kind, concat_ws(', ', told.name, told.subject),
        attributes('status', told.status, 'responsible', told.responsible, 'root cause', told.root_cause, 'workaround', told.workaround, 'due', to_char(told.due_at, '%Y-%m-%d'),
            'description', told.description, 'comments', told.comments, 'archived', CASE WHEN told.removed THEN TRUE END),
        'No conversation is linked with it: a ticket of its own where there is still something to do'
    FROM (
        SELECT uuid, name, subject, status, responsible, CAST(NULL AS VARCHAR) AS root_cause, CAST(NULL AS VARCHAR) AS workaround, due_at, description, comments, removed FROM base_tasks
        UNION ALL
        SELECT uuid, name, subject, status, responsible, root_cause, workaround, NULL, description, comments, removed FROM base_problems
    ) AS told
    JOIN base_fates AS fates ON fates.uuid = told.uuid AND fates.target_table = 'inventory'
),

article_pictures AS (
    SELECT
        'itsm365:inventory:article_pictures:' || split_part(pictures.uuid, '$', 2), 'pictures of an article', pages.title,
        attributes('pictures', pictures.pictures),
        'Insert by hand in the article editor: Intercom fetches pictures by their address, and these need the access key'
    FROM base_page_pictures AS pictures
    JOIN base_pages AS pages ON pages.uuid = pictures.uuid AND pages.fate <> 'archived'
),

roots AS (
    SELECT 'itsm365:inventory:' || replace(uuid, '$', ':'), 'account', coalesce(nullif(trim(title), ''), uuid), CAST(NULL AS VARCHAR), 'The workspace itself'
    FROM itsm365.roots
),

-- What acts by itself would act on mails and tickets a second time once Intercom has them.
switch_off AS (
    SELECT
        'itsm365:inventory:switch_off:' || replace(uuid, '$', ':'), 'switch off in ITSM 365', kind || ' ' || name, CAST(NULL AS VARCHAR),
        'Administrator interface: switch it off at the cut-over, before the last delta run'
    FROM base_rules
    WHERE is_active
)

SELECT source_key, kind, coalesce(nullif(name, ''), source_key) AS name, details, recommendation
FROM (
    SELECT * FROM rules
    UNION ALL SELECT * FROM empty
    UNION ALL SELECT * FROM observed
    UNION ALL SELECT * FROM teams
    UNION ALL SELECT * FROM agreements
    UNION ALL SELECT * FROM sla_rules
    UNION ALL SELECT * FROM services
    UNION ALL SELECT * FROM catalogs
    UNION ALL SELECT * FROM object_types
    UNION ALL SELECT * FROM cis
    UNION ALL SELECT * FROM templates
    UNION ALL SELECT * FROM files
    UNION ALL SELECT * FROM unlinked
    UNION ALL SELECT * FROM article_pictures
    UNION ALL SELECT * FROM roots
    UNION ALL SELECT * FROM switch_off
) AS everything
