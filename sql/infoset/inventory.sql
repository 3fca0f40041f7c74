-- one row per thing that has to be rebuilt by hand, or looked at before the load; key: source_key
WITH member_numbers AS (
    SELECT id AS team_id, unnest(string_to_array(regexp_replace(user_ids, '[^0-9,]', '', 'g'), ',')) AS number
    FROM infoset.teams
    WHERE user_ids IS NOT NULL
),

member_lists AS (
    SELECT members.team_id, string_agg(coalesce(agents.name, 'Agent ' || members.number), ', ' ORDER BY agents.name, members.number) AS names
    FROM member_numbers AS members
    LEFT JOIN base_agents AS agents ON CAST(agents.id AS VARCHAR) = members.number
    WHERE members.number <> ''
    GROUP BY members.team_id
),

teams AS (
    SELECT
        'infoset:inventory:team:' || teams.id AS source_key, 'team' AS kind, teams.name,
        attributes('members', member_lists.names) AS details,
        'Team inbox with these members' AS recommendation
    FROM base_teams AS teams
    LEFT JOIN member_lists ON member_lists.team_id = teams.id
),

team_lists AS (
    SELECT members.number, string_agg(teams.name, ', ' ORDER BY teams.id) AS names
    FROM member_numbers AS members
    JOIN base_teams AS teams ON teams.id = members.team_id
    GROUP BY members.number
),

agents AS (
    SELECT
        'infoset:inventory:agent:' || agents.id, 'agent', agents.name,
        attributes('e-mail', agents.email, 'active', agents.active, 'role', agents.role, 'teams', team_lists.names),
        CASE WHEN agents.active THEN 'Seat, role and team memberships of the teammate'
             ELSE 'No seat: the placeholder stands in, with the name in the text' END
    FROM base_agents AS agents
    LEFT JOIN team_lists ON team_lists.number = CAST(agents.id AS VARCHAR)
),

gone AS (
    SELECT
        'infoset:inventory:gone_agent:' || user_id, 'agent who is gone', min(name),
        attributes('tickets and chats', count(*)),
        'Nobody in Infoset has this number any more: mapping/agents.csv can say who it was; else the name stays a text'
    FROM base_owners
    WHERE agent_key IS NULL
    GROUP BY user_id
),

mail_accounts AS (
    SELECT
        'infoset:inventory:mail_account:' || accounts.id, 'mail account', coalesce(nullif(trim(accounts.address), ''), trim(accounts.name)),
        attributes('name', nullif(trim(accounts.name), ''), 'team', teams.name, 'default', CASE WHEN accounts.is_default THEN TRUE END,
            'beyond the plan', CASE WHEN base_settings.mail_accounts_max > 0 AND accounts.nth > base_settings.mail_accounts_max THEN TRUE END),
        CASE WHEN base_settings.mail_accounts_max > 0 AND accounts.nth > base_settings.mail_accounts_max
            THEN 'More than the ' || base_settings.mail_accounts_max || ' mail accounts of the plan: join it with another one, or take a larger plan'
            ELSE 'E-mail address of the workspace: forward it, verify its domain, assign it to the team''s inbox' END
    FROM (
        SELECT *, row_number() OVER (ORDER BY CASE WHEN is_default THEN 0 ELSE 1 END, id) AS nth FROM infoset.mail_accounts
    ) AS accounts
    CROSS JOIN base_settings
    LEFT JOIN base_teams AS teams ON teams.id = accounts.team_id
),

conditions AS (
    SELECT automation_id, string_agg(concat_ws(' ', field, operator, value), '; ' ORDER BY place) AS list
    FROM infoset.automation_conditions
    GROUP BY automation_id
),

actions AS (
    SELECT
        actions.automation_id,
        string_agg(concat_ws(' ', actions.type, agents.name, teams.name, 'status ' || actions.status, 'priority ' || actions.priority, actions.tag), '; ' ORDER BY actions.place) AS list
    FROM infoset.automation_actions AS actions
    LEFT JOIN base_agents AS agents ON agents.id = actions.user_id
    LEFT JOIN base_teams AS teams ON teams.id = actions.team_id
    GROUP BY actions.automation_id
),

automations AS (
    SELECT
        'infoset:inventory:automation:' || automations.id, 'automation', trim(automations.name),
        attributes('active', automations.is_active, 'trigger', nullif(trim(automations.trigger_event), ''), 'after hours', automations.trigger_hours,
            'conditions', conditions.list, 'actions', actions.list),
        'Workflow of the workspace with this trigger, conditions and actions; build it after the load'
    FROM infoset.automations AS automations
    LEFT JOIN conditions ON conditions.automation_id = automations.id
    LEFT JOIN actions ON actions.automation_id = automations.id
),

steps AS (
    SELECT chatbot_id, string_agg(coalesce(says, '(step without a text)'), ' → ' ORDER BY place) AS list
    FROM infoset.chatbot_steps
    GROUP BY chatbot_id
),

chatbots AS (
    SELECT
        'infoset:inventory:chatbot:' || bots.id, 'chatbot', trim(bots.name),
        attributes('active', bots.is_active, 'steps', steps.list),
        'Workflow in the Messenger, or Fin with the help center as its source'
    FROM infoset.chatbots AS bots
    LEFT JOIN steps ON steps.chatbot_id = bots.id
),

widgets AS (
    SELECT
        'infoset:inventory:chat_widget:' || widgets.id, 'chat widget', trim(widgets.name),
        attributes('domains', nullif(widgets.domains, '[]'), 'language', nullif(trim(widgets.language), ''), 'active', widgets.is_active, 'chatbot', bots.name,
            'beyond the plan', CASE WHEN base_settings.chat_widgets_max > 0 AND widgets.nth > base_settings.chat_widgets_max THEN TRUE END),
        CASE WHEN base_settings.chat_widgets_max > 0 AND widgets.nth > base_settings.chat_widgets_max
            THEN 'More than the ' || base_settings.chat_widgets_max || ' of the plan: a workspace has one Messenger; give it a brand, or drop the widget'
            ELSE 'Messenger of the workspace: trust these domains and put its code in place of the widget''s' END
    FROM (
        SELECT *, row_number() OVER (ORDER BY CASE WHEN coalesce(is_active, TRUE) THEN 0 ELSE 1 END, id) AS nth FROM infoset.chat_widgets
    ) AS widgets
    CROSS JOIN base_settings
    LEFT JOIN infoset.chatbots AS bots ON bots.id = widgets.bot_id
),

slas AS (
    SELECT
        'infoset:inventory:sla:' || id, 'SLA policy', trim(name),
        attributes('first response (minutes)', first_response_minutes, 'resolution (minutes)', resolution_minutes),
        'SLA of the workspace, applied by a workflow; no API creates one'
    FROM infoset.slas
),

pipelines AS (
    SELECT 'infoset:inventory:pipeline:' || pipelines.id, 'pipeline of tickets', trim(pipelines.name),
        attributes('stages', string_agg(trim(stages.name), ' → ' ORDER BY stages.place, stages.id)),
        'Ticket states of a ticket type, or the attributes "Infoset pipeline" and "Infoset stage"'
    FROM infoset.ticket_pipelines AS pipelines
    LEFT JOIN infoset.ticket_stages AS stages ON stages.pipeline_id = pipelines.id
    GROUP BY pipelines.id, pipelines.name
    UNION ALL
    SELECT 'infoset:inventory:deal_pipeline:' || pipelines.id, 'pipeline of deals', trim(pipelines.name),
        attributes('stages', string_agg(trim(stages.name), ' → ' ORDER BY stages.place, stages.id)),
        'List of options of the attributes Pipeline and Stage of the object type Deal; or keep deals in a sales tool'
    FROM infoset.deal_pipelines AS pipelines
    LEFT JOIN infoset.deal_stages AS stages ON stages.pipeline_id = pipelines.id
    GROUP BY pipelines.id, pipelines.name
),

properties AS (
    SELECT
        source_key || ':inventory', CASE WHEN left_out THEN 'custom property left out' ELSE 'custom property of deals' END,
        label, attributes('key', key, 'of', scope, 'type', type, 'options', nullif(options, '[]')),
        CASE WHEN left_out THEN 'mapping/attributes.csv leaves it out' ELSE 'Attribute of the custom object type Deal' END
    FROM base_properties
    WHERE left_out OR model IS NULL
),

object_types AS (
    SELECT
        'infoset:inventory:object_type:Deal', 'custom object type', 'Deal',
        attributes('attributes', string_agg(name || ' (' || data_type || ')', ', ' ORDER BY place, name), 'reference', 'to people (many), called Deal'),
        'Create it in Settings > Data > Custom objects before the load, with this reference: no API creates types'
    FROM base_object_attributes
    HAVING count(*) > 0
),

article_images AS (
    SELECT
        'infoset:inventory:article_image:' || replace(key, '/', ':') || ':' || stable_key(place), 'picture of an article', coalesce(nullif(trim(name), ''), 'picture'),
        attributes('article', key, 'place', CASE WHEN length(place) > 500 THEN left(place, 500) ELSE place END, 'sha256', sha256),
        CASE WHEN sha256 IS NULL THEN 'It could not be had: a text stands in its place'
             WHEN place LIKE 'data:%' THEN 'It was in the text itself, which Intercom does not take: upload it by hand'
             ELSE 'Intercom fetches it from Infoset during the load: keep Infoset up until then' END
    FROM infoset.files
    WHERE table_name = 'articles' AND place <> ''
),

other_languages AS (
    SELECT
        'infoset:inventory:article_language:' || texts.id, 'article without the default language', texts.title,
        attributes('language', texts.locale),
        'It is shown in the default language''s place: translate it, or hide it there'
    FROM base_article_texts AS texts
    WHERE texts.is_main AND NOT texts.is_default
),

-- What acts by itself in Infoset would act on mails and tickets a second time once Intercom has them.
switch_off AS (
    SELECT
        'infoset:inventory:switch_off:automation:' || id, 'switch off in Infoset', 'Automation ' || trim(name), CAST(NULL AS VARCHAR),
        'Switch it off at the cut-over, before the last delta run'
    FROM infoset.automations
    WHERE coalesce(is_active, TRUE)
    UNION ALL
    SELECT
        'infoset:inventory:switch_off:chatbot:' || id, 'switch off in Infoset', 'Chatbot ' || trim(name), CAST(NULL AS VARCHAR),
        'Switch it off at the cut-over'
    FROM infoset.chatbots
    WHERE coalesce(is_active, TRUE)
)

SELECT source_key, kind, coalesce(nullif(name, ''), source_key) AS name, details, recommendation
FROM (
    SELECT * FROM teams
    UNION ALL SELECT * FROM agents
    UNION ALL SELECT * FROM gone
    UNION ALL SELECT * FROM mail_accounts
    UNION ALL SELECT * FROM automations
    UNION ALL SELECT * FROM chatbots
    UNION ALL SELECT * FROM widgets
    UNION ALL SELECT * FROM slas
    UNION ALL SELECT * FROM pipelines
    UNION ALL SELECT * FROM properties
    UNION ALL SELECT * FROM object_types
    UNION ALL SELECT * FROM article_images
    UNION ALL SELECT * FROM other_languages
    UNION ALL SELECT * FROM switch_off
) AS everything
