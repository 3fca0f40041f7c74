-- one row per thing that has to be rebuilt by hand, or looked at before the load; key: source_key
WITH member_lists AS (
    SELECT members.team_id, string_agg(agents.name || CASE WHEN members.is_manager THEN ' (manager)' ELSE '' END, ', ' ORDER BY agents.name) AS names
    FROM halo.agent_teams AS members
    JOIN base_agents AS agents ON agents.id = members.agent_id AND agents.active
    GROUP BY members.team_id
),

teams AS (
    SELECT
        'halo:inventory:team:' || teams.id AS source_key, 'team' AS kind, teams.name,
        attributes('department', nullif(trim(raw.department_name), ''), 'members', member_lists.names, 'e-mail', nullif(trim(raw.emailaddress), ''),
            'inactive', CASE WHEN raw.inactive THEN TRUE END) AS details,
        CASE WHEN raw.inactive THEN 'Only if its tickets are to keep their team' ELSE 'Team inbox with these members; forward its address to the workspace' END AS recommendation
    FROM base_teams AS teams
    JOIN halo.teams AS raw ON raw.id = teams.id
    LEFT JOIN member_lists ON member_lists.team_id = teams.id
),

team_lists AS (
    SELECT members.agent_id, string_agg(coalesce(teams.name, members.team_name), ', ' ORDER BY members.team_id) AS names
    FROM halo.agent_teams AS members
    LEFT JOIN base_teams AS teams ON teams.id = members.team_id
    GROUP BY members.agent_id
),

agents AS (
    SELECT
        'halo:inventory:agent:' || agents.id, CASE WHEN agents.is_integration THEN 'integration' ELSE 'agent' END, agents.name,
        attributes('e-mail', agents.email, 'active', agents.active, 'teams', team_lists.names, 'roles', nullif(trim(raw.role_list), ''),
            'job title', nullif(trim(raw.jobtitle), '')),
        CASE WHEN agents.is_integration THEN 'An API login: connect what used it to Intercom, if it is still needed'
             WHEN NOT agents.active THEN 'No seat: the placeholder stands in, with the name in the text'
             ELSE 'Seat, role and team memberships of the teammate' END
    FROM base_agents AS agents
    JOIN halo.agents AS raw ON raw.id = agents.id
    LEFT JOIN team_lists ON team_lists.agent_id = agents.id
),

priority_lists AS (
    SELECT
        slaid,
        string_agg(
            concat_ws(', ', name || ' (' || priorityid || ')',
                CASE WHEN responsetime > 0 THEN 'response within ' || responsetime || ' ' || coalesce(responseunits, '') END,
                CASE WHEN firstresponsetime > 0 THEN 'first response within ' || firstresponsetime || ' ' || coalesce(firstresponseunits, '') END,
                CASE WHEN fixtime > 0 THEN 'resolution within ' || fixtime || ' ' || coalesce(fixunits, '') END,
                CASE WHEN ishidden THEN 'hidden' END), '; ' ORDER BY priorityid) AS list
    FROM halo.priorities
    GROUP BY slaid
),

slas AS (
    SELECT
        'halo:inventory:sla:' || slas.id, 'SLA policy', trim(slas.name),
        attributes('priorities', priority_lists.list, 'working hours', coalesce(nullif(trim(slas.workday_name), ''), nullif(trim((slas.workdays ->> 'name')), '')),
            'response is tracked', slas.trackslaresponsetime, 'resolution is tracked', slas.trackslafixbytime,
            'response starts again', slas.responsereset, 'released automatically', slas.autoreleaseoption, 'agent''s local time', slas.hoursaretechslocaltime),
        'SLA of the workspace for each priority, applied by a workflow on "Halo SLA" and "Halo priority"; no API creates one'
    FROM halo.slas AS slas
    LEFT JOIN priority_lists ON priority_lists.slaid = slas.id
),

priorities AS (
    SELECT
        'halo:inventory:priority:' || priorities.slaid || ':' || priorities.priorityid, 'SLA target',
        concat_ws(': ', coalesce(nullif(trim(slas.name), ''), 'SLA ' || priorities.slaid), trim(priorities.name)),
        attributes('SLA', trim(slas.name), 'priority', priorities.priorityid,
            'first response', priorities.firstresponsetime, 'first response unit', nullif(priorities.firstresponseunits, ''),
            'response', priorities.responsetime, 'response unit', nullif(priorities.responseunits, ''),
            'resolution', priorities.fixtime, 'resolution unit', nullif(priorities.fixunits, ''),
            'resolution by the target date', CASE WHEN priorities.setfixtotargetdate THEN TRUE END, 'hidden', CASE WHEN priorities.ishidden THEN TRUE END),
        'Enter these times in the SLA of the workspace (H hours, D days, M minutes)'
    FROM halo.priorities AS priorities
    LEFT JOIN halo.slas AS slas ON slas.id = priorities.slaid
),

statuses AS (
    SELECT
        'halo:inventory:status:' || id, 'status', trim(name), attributes('SLA action', nullif(slaaction, ''), 'short name', nullif(trim(shortname), '')),
        'Ticket state or conversation attribute; mapping/statuses.csv overrides whether its tickets are open or closed'
    FROM halo.statuses
),

ticket_types AS (
    SELECT
        'halo:inventory:ticket_type:' || id, 'ticket type', trim(name),
        attributes('use', nullif(trim("use"), ''), 'group', nullif(trim(group_name), ''), 'default team', nullif(trim(default_team), ''), 'workflow', nullif(trim(workflow_name), ''),
            'customers may choose it', enduserscanselect, 'visible', visible, 'tag in subjects', nullif(concat_ws('…', nullif(email_start_tag, ''), nullif(email_end_tag, '')), '')),
        'Ticket type of the workspace, where tickets of it are to be tickets'
    FROM halo.ticket_types
),

categories AS (
    SELECT
        'halo:inventory:category:' || id, 'category', coalesce(nullif(trim(value), ''), trim(category_name)), attributes('slot', type_id),
        'Conversation topic or list attribute for new conversations'
    FROM halo.categories
),

outcomes AS (
    SELECT
        'halo:inventory:outcome:' || id, 'action button', coalesce(nullif(trim(buttonname), ''), trim(outcome)),
        attributes('outcome', trim(outcome), 'hidden', CASE WHEN hidden THEN TRUE END, 'private', CASE WHEN hidefromuser THEN TRUE END,
            'sends e-mail', CASE WHEN sendemail > 0 THEN TRUE END, 'new status', CASE WHEN newstatus > 0 THEN newstatus END,
            'starts workflow', CASE WHEN workflow_id > 0 THEN workflow_id END, 'starts approval', CASE WHEN approval_process_id > 0 THEN approval_process_id END),
        'Reply, note or macro with actions'
    FROM halo.outcomes
),

criteria AS (
    SELECT
        rule_id,
        string_agg(concat_ws(' ', concat_ws('.', nullif(tablename, ''), fieldname), 'operator ' || type,
            coalesce(nullif(trim(value_display), ''), nullif(trim(value_string), ''), CAST(value_int AS VARCHAR))), '; ' ORDER BY id) AS list
    FROM halo.rule_criteria
    GROUP BY rule_id
),

actions AS (
    SELECT
        rule_id,
        string_agg(fieldname || ' = ' || coalesce(nullif(trim(value_display), ''), nullif(trim(value_string), ''), CAST(value_int AS VARCHAR), ''), '; ' ORDER BY id) AS list
    FROM halo.rule_outcomes
    GROUP BY rule_id
),

rules AS (
    SELECT
        'halo:inventory:rule:' || rules.id, 'ticket rule', trim(rules.name),
        attributes('active', rules.active, 'order', rules.precedence, 'trigger', CASE WHEN rules.flowdetail_id > 0 THEN 'step of a workflow' ELSE 'new ticket' END,
            'conditions', criteria.list,
            'actions', nullif(concat_ws('; ', actions.list,
                CASE WHEN actions.list IS NULL AND trim(rules.new_team) <> '' THEN 'team = ' || trim(rules.new_team) END,
                CASE WHEN actions.list IS NULL AND rules.new_agent_id > 1 THEN 'agent = ' || coalesce(agents.name, CAST(rules.new_agent_id AS VARCHAR)) END,
                CASE WHEN actions.list IS NULL AND rules.new_status_id > 0 THEN 'status = ' || coalesce(statuses.name, CAST(rules.new_status_id AS VARCHAR)) END,
                CASE WHEN actions.list IS NULL AND rules.new_priority_id > 0 THEN 'priority = ' || rules.new_priority_id END,
                CASE WHEN actions.list IS NULL AND rules.new_sla_id > 0 THEN 'SLA = ' || coalesce(trim(slas.name), CAST(rules.new_sla_id AS VARCHAR)) END,
                CASE WHEN actions.list IS NULL AND rules.new_workflow_id > 0 THEN 'workflow = ' || rules.new_workflow_id END), ''),
            'stops later rules', rules.stopmatching),
        'Workflow on new conversations with these conditions, in this order; build it after the load'
    FROM halo.ticket_rules AS rules
    LEFT JOIN criteria ON criteria.rule_id = rules.id
    LEFT JOIN actions ON actions.rule_id = rules.id
    LEFT JOIN base_agents AS agents ON agents.id = rules.new_agent_id
    LEFT JOIN base_statuses AS statuses ON statuses.id = rules.new_status_id
    LEFT JOIN halo.slas AS slas ON slas.id = rules.new_sla_id
),

step_actions AS (
    SELECT workflow_id, start_step, string_agg(action_name || CASE WHEN end_step > 0 THEN ' → step ' || end_step ELSE '' END, ', ' ORDER BY id) AS list
    FROM halo.workflow_actions
    GROUP BY workflow_id, start_step
),

steps AS (
    SELECT
        steps.workflow_id,
        string_agg(steps.step_id || ' ' || coalesce(nullif(trim(steps.name), ''), '(no name)') || CASE WHEN steps.isstart THEN ' (start)' ELSE '' END
            || CASE WHEN coalesce(steps.isend, FALSE) OR coalesce(steps.islaststep, FALSE) THEN ' (end)' ELSE '' END || coalesce(': ' || step_actions.list, ''), '; ' ORDER BY steps.step_id) AS list
    FROM halo.workflow_steps AS steps
    LEFT JOIN step_actions ON step_actions.workflow_id = steps.workflow_id AND step_actions.start_step = steps.step_id
    GROUP BY steps.workflow_id
),

workflows AS (
    SELECT
        'halo:inventory:workflow:' || workflows.id, 'workflow', trim(workflows.name),
        attributes('active', workflows.active, 'in use', workflows.in_use, 'note', nullif(trim(workflows.note), ''), 'trigger', 'ticket type or ticket rule', 'steps', steps.list),
        'Workflow of the workspace; a step that waits for somebody is a ticket state or a snooze'
    FROM halo.workflows AS workflows
    LEFT JOIN steps ON steps.workflow_id = workflows.id
),

approval_steps AS (
    SELECT
        steps.process_id,
        string_agg(concat_ws(', ', steps.sequence || ' ' || coalesce(nullif(trim(steps.name), ''), '(no name)'),
            'by ' || coalesce(users.name, agents.name, nullif(trim(steps.emailaddress), '')),
            CASE WHEN steps.minapprovers > 0 THEN 'at least ' || steps.minapprovers END,
            'if accepted: ' || accepted.name, 'if refused: ' || refused.name), '; ' ORDER BY steps.sequence, steps.id) AS list
    FROM halo.approval_steps AS steps
    LEFT JOIN base_users AS users ON users.id = steps.user_id AND steps.user_id > 0
    LEFT JOIN base_agents AS agents ON agents.id = steps.agent_id_or_cab_id
    LEFT JOIN base_statuses AS accepted ON accepted.id = steps.statusafteraccept
    LEFT JOIN base_statuses AS refused ON refused.id = steps.statusafterreject
    GROUP BY steps.process_id
),

approvals AS (
    SELECT
        'halo:inventory:approval:' || processes.id, 'approval process', trim(processes.name), attributes('steps', approval_steps.list),
        'No counterpart: a back-office ticket to the approver, or a workflow that waits for an attribute'
    FROM halo.approval_processes AS processes
    LEFT JOIN approval_steps ON approval_steps.process_id = processes.id
    UNION ALL
    SELECT
        'halo:inventory:approval_rule:' || rules.id, 'approval rule', trim(rules.name),
        attributes('order', rules.precedence, 'approval process', trim(processes.name), 'agent', nullif(trim(rules.agent_name), ''), 'user', nullif(trim(rules.user_name), ''), 'conditions', rules.criteria),
        'Branch of the workflow that asks for approval'
    FROM halo.approval_rules AS rules
    LEFT JOIN halo.approval_processes AS processes ON processes.id = rules.approval_process_id
),

webhook_events AS (
    SELECT webhook_id, string_agg('event ' || eventno, ', ' ORDER BY id) AS list
    FROM halo.webhook_events
    GROUP BY webhook_id
),

hooks AS (
    SELECT
        'halo:inventory:webhook:' || webhooks.id, 'webhook', trim(webhooks.name),
        attributes('active', coalesce(webhooks.active, FALSE) AND NOT coalesce(webhooks.disabled, FALSE), 'kind', CASE webhooks.type WHEN 0 THEN 'outbound' WHEN 1 THEN 'runbook' ELSE 'type ' || webhooks.type END,
            'trigger', webhook_events.list, 'content type', nullif(trim(webhooks.content_type), '')),
        'Webhook topic of a private app; address and secret are in Halo only'
    FROM halo.webhooks AS webhooks
    LEFT JOIN webhook_events ON webhook_events.webhook_id = webhooks.id
    UNION ALL
    SELECT
        'halo:inventory:notification:' || notifications.id, 'notification', coalesce(nullif(trim(notifications.name), ''), nullif(trim(notifications.description), ''), 'Notification ' || notifications.id),
        attributes('active', notifications.active, 'trigger', 'event ' || notifications.eventno, 'delivery', 'method ' || notifications.delivery_method,
            'agent', agents.name, 'team', teams.name, 'conditions', nullif(notifications.conditions, '[]')),
        'Notification setting of each teammate, or a workflow'
    FROM halo.notifications AS notifications
    LEFT JOIN base_agents AS agents ON agents.id = notifications.agent_id
    LEFT JOIN base_teams AS teams ON teams.id = notifications.team_id
),

reports AS (
    SELECT
        'halo:inventory:report:' || id, 'report', trim(name), attributes('group', nullif(trim(group_name), ''), 'about', nullif(trim(mainentity), ''), 'description', nullif(trim(description), '')),
        'Report of the workspace; imported conversations are counted by their dates of import where no attribute is used'
    FROM halo.reports
),

fields AS (
    SELECT
        'halo:inventory:field:' || id,
        CASE WHEN is_secret THEN 'secret custom field' WHEN coalesce(left_out, FALSE) THEN 'custom field left out' ELSE 'custom field without a counterpart' END,
        halo_label, attributes('name', halo_name, 'of', scope, 'type', type, 'options', options),
        CASE WHEN is_secret THEN 'Its values stay in Halo: keep secrets in a password manager'
             WHEN coalesce(left_out, FALSE) THEN 'mapping/attributes.csv leaves it out'
             WHEN scope IN ('contract', 'asset', 'opportunity') THEN 'Attribute of the custom object type'
             ELSE 'Intercom has no attributes on such objects' END
    FROM base_custom_fields
    WHERE is_secret OR coalesce(left_out, FALSE) OR model IS NULL
),

object_types AS (
    SELECT
        'halo:inventory:object_type:' || object_type, 'custom object type', object_type,
        attributes('attributes', string_agg(name || ' (' || data_type || ')', ', ' ORDER BY place, name),
            'reference', 'to people (many), called ' || object_type),
        'Create it in Settings > Data > Custom objects before the load, with this reference: no API creates types'
    FROM base_object_attributes
    WHERE wanted
    GROUP BY object_type
),

canned AS (
    SELECT
        'halo:inventory:canned:' || id, 'canned text with variables', name, attributes('variables', variables_left, 'text', html_to_text(body)),
        'Macro: replace these variables by hand, or name their counterparts in mapping/variables.csv'
    FROM base_canned_texts
    WHERE variables_left IS NOT NULL
),

article_files AS (
    SELECT
        'halo:inventory:article_file:' || files.article_id || ':' || files.id, 'file of an article', coalesce(nullif(trim(files.filename), ''), 'attachment-' || files.id),
        attributes('article', trim(articles.name), 'sha256', stored.sha256),
        CASE WHEN stored.sha256 IS NULL THEN 'The file could not be had: ask for it or take its name off the article'
             ELSE 'Upload by hand in the article editor: no API takes files for articles' END
    FROM halo.kb_attachments AS files
    LEFT JOIN halo.kb_articles AS articles ON articles.id = files.article_id
    LEFT JOIN halo.files AS stored ON stored.table_name = 'kb_attachments' AND stored.key = files.article_id || '/' || files.id AND stored.place = ''
),

article_images AS (
    SELECT
        'halo:inventory:article_image:' || key || ':' || stable_key(place), 'picture of an article', coalesce(nullif(trim(files.name), ''), 'picture'),
        attributes('article', trim(articles.name), 'place', CASE WHEN length(place) > 500 THEN left(place, 500) ELSE place END, 'sha256', files.sha256),
        CASE WHEN files.sha256 IS NULL THEN 'It could not be had: a text stands in its place'
             WHEN place LIKE 'data:%' THEN 'It was in the text itself, which Intercom does not take: upload it by hand'
             ELSE 'Intercom fetches it from Halo during the load: keep Halo up until then' END
    FROM halo.files AS files
    LEFT JOIN halo.kb_articles AS articles ON CAST(articles.id AS VARCHAR) = files.key
    WHERE files.table_name = 'kb_articles' AND files.place <> ''
),

article_notes AS (
    SELECT
        'halo:inventory:article_memo:' || texts.id, 'agents'' memo of an article', trim(articles.name), attributes('memo', texts.memo),
        'Internal article: customers must not see it'
    FROM base_articles AS texts
    JOIN halo.kb_articles AS articles ON articles.id = texts.id
    WHERE texts.memo IS NOT NULL
    UNION ALL
    SELECT
        'halo:inventory:article_lists:' || named.article_id, 'article of several lists', trim(articles.name),
        attributes('lists', string_agg(coalesce(nullif(trim(named.full_name), ''), trim(named.name)), '; ' ORDER BY named.id)),
        'It is in the first collection that customers see: the API takes one'
    FROM halo.article_faq_lists AS named
    JOIN halo.kb_articles AS articles ON articles.id = named.article_id
    GROUP BY named.article_id, articles.name
    HAVING count(*) > 1
),

opportunities AS (
    SELECT
        'halo:inventory:opportunity:' || opportunities.id, 'opportunity', coalesce(nullif(trim(opportunities.summary), ''), 'Opportunity ' || opportunities.id),
        attributes('company', coalesce(nullif(trim(opportunities.client_name), ''), nullif(trim(opportunities.oppcompanyname), '')), 'value', opportunities.oppvalue,
            'stage', nullif(trim(opportunities.pipeline_stage_name), '')),
        'Sales tool, or a custom object: [transform] optional_objects = ["opportunities"]'
    FROM halo.opportunities AS opportunities
    CROSS JOIN base_settings
    WHERE base_settings.optional_objects NOT LIKE '%opportunities%'
),

assets AS (
    SELECT
        'halo:inventory:asset:' || assets.id, 'asset', coalesce(nullif(trim(assets.inventory_number), ''), nullif(trim(assets.key_field), ''), 'Asset ' || assets.id),
        attributes('type', nullif(trim(assets.assettype_name), ''), 'company', nullif(trim(assets.client_name), ''), 'user', nullif(trim(assets.username), '')),
        'Asset tool, or a custom object: [transform] optional_objects = ["assets"]'
    FROM halo.assets AS assets
    CROSS JOIN base_settings
    WHERE base_settings.optional_objects NOT LIKE '%assets%'
),

-- What acts by itself in Halo would act on mails and tickets a second time once Intercom has them.
switch_off AS (
    SELECT
        'halo:inventory:switch_off:rule:' || id, 'switch off in Halo', 'Ticket rule ' || trim(name), attributes('order', precedence),
        'Configuration > Tickets > Rules: switch it off at the cut-over, before the last delta run'
    FROM halo.ticket_rules
    WHERE active
    UNION ALL
    SELECT
        'halo:inventory:switch_off:workflow:' || id, 'switch off in Halo', 'Workflow ' || trim(name), CAST(NULL AS VARCHAR),
        'Configuration > Tickets > Workflows: switch it off at the cut-over, before the last delta run'
    FROM halo.workflows
    WHERE active
    UNION ALL
    SELECT
        'halo:inventory:switch_off:webhook:' || id, 'switch off in Halo', 'Webhook ' || trim(name), CAST(NULL AS VARCHAR),
        'Configuration > Integrations > Webhooks: switch it off before the load'
    FROM halo.webhooks
    WHERE coalesce(active, FALSE) AND NOT coalesce(disabled, FALSE)
    UNION ALL
    SELECT
        'halo:inventory:switch_off:notification:' || id, 'switch off in Halo', 'Notification ' || coalesce(nullif(trim(name), ''), CAST(id AS VARCHAR)), CAST(NULL AS VARCHAR),
        'Configuration > Notifications: switch it off at the cut-over'
    FROM halo.notifications
    WHERE coalesce(active, TRUE)
)

SELECT source_key, kind, coalesce(nullif(name, ''), source_key) AS name, details, recommendation
FROM (
    SELECT * FROM teams
    UNION ALL SELECT * FROM agents
    UNION ALL SELECT * FROM slas
    UNION ALL SELECT * FROM priorities
    UNION ALL SELECT * FROM statuses
    UNION ALL SELECT * FROM ticket_types
    UNION ALL SELECT * FROM categories
    UNION ALL SELECT * FROM outcomes
    UNION ALL SELECT * FROM rules
    UNION ALL SELECT * FROM workflows
    UNION ALL SELECT * FROM approvals
    UNION ALL SELECT * FROM hooks
    UNION ALL SELECT * FROM reports
    UNION ALL SELECT * FROM fields
    UNION ALL SELECT * FROM object_types
    UNION ALL SELECT * FROM canned
    UNION ALL SELECT * FROM article_files
    UNION ALL SELECT * FROM article_images
    UNION ALL SELECT * FROM article_notes
    UNION ALL SELECT * FROM opportunities
    UNION ALL SELECT * FROM assets
    UNION ALL SELECT * FROM switch_off
) AS everything
