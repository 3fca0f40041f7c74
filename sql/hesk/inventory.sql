-- one row per thing that has to be rebuilt by hand; key: source_key
-- Lists of numbers (=(2,5): only these get tickets, !(2,5): all but these) are told by name.
WITH auto_assign AS (
    SELECT listed.category_id, string_agg(coalesce(staff.name, 'Former staff member ' || listed.user_id), ', ' ORDER BY listed.user_id) AS names
    FROM (
        SELECT id AS category_id, unnest(string_to_array(regexp_replace(autoassign_config, '[^0-9,]', '', 'g'), ',')) AS user_id
        FROM hesk.categories
        WHERE autoassign_config IS NOT NULL
    ) AS listed
    LEFT JOIN base_staff AS staff ON CAST(staff.id AS VARCHAR) = listed.user_id
    WHERE listed.user_id <> ''
    GROUP BY listed.category_id
),

-- Administrators see every category; the others those of their list.
members AS (
    SELECT listed.category_id, string_agg(listed.name, ', ' ORDER BY listed.user_id) AS names
    FROM (
        SELECT users.id AS user_id, staff.name, unnest(string_to_array(replace(users.categories, ' ', ''), ',')) AS category_id
        FROM hesk.users AS users
        JOIN base_staff AS staff ON staff.id = users.id
        WHERE NOT coalesce(users.isadmin, FALSE) AND staff.active
    ) AS listed
    GROUP BY listed.category_id
),

categories AS (
    SELECT
        'hesk:inventory:category:' || categories.id AS source_key,
        'routing' AS kind,
        decode_entities(categories.name) AS name,
        attributes(
            'private', categories.type = '1', 'staff beside administrators', members.names, 'auto-assign', categories.autoassign,
            CASE WHEN categories.autoassign_config LIKE '!%' THEN 'auto-assign all but' ELSE 'auto-assign only' END, auto_assign.names,
            'default priority', priorities.name,
            'default due date', CASE WHEN categories.default_due_date_amount IS NOT NULL
                THEN categories.default_due_date_amount || ' ' || categories.default_due_date_unit END) AS details,
        'Team inbox with a workflow that assigns its conversations; SLA or snooze rule for the due date' AS recommendation
    FROM hesk.categories AS categories
    LEFT JOIN auto_assign ON auto_assign.category_id = categories.id
    LEFT JOIN members ON members.category_id = CAST(categories.id AS VARCHAR)
    LEFT JOIN base_priorities AS priorities ON priorities.id = categories.priority
),

staff AS (
    SELECT
        'hesk:inventory:staff:' || id, 'staff rights', decode_entities(name),
        attributes('administrator', isadmin, 'active', active, 'categories', nullif(categories, ''), 'privileges', nullif(heskprivileges, ''),
            'gets tickets by auto-assign', autoassign, 'signature', nullif(decode_entities(signature), '')),
        'Seat, role and team memberships of the teammate; the signature goes into the teammate''s own settings'
    FROM hesk.users
),

group_features AS (
    SELECT group_id, string_agg(feature, ', ' ORDER BY feature) AS features FROM hesk.permission_group_features GROUP BY group_id
),

group_members AS (
    SELECT members.group_id, string_agg(coalesce(staff.name, 'Former staff member ' || members.user_id), ', ' ORDER BY members.user_id) AS members
    FROM hesk.permission_group_members AS members
    LEFT JOIN base_staff AS staff ON staff.id = members.user_id
    GROUP BY members.group_id
),

group_categories AS (
    SELECT links.group_id, string_agg(categories.name, ', ' ORDER BY categories.id) AS categories
    FROM hesk.permission_group_categories AS links
    JOIN base_categories AS categories ON categories.id = links.category_id
    GROUP BY links.group_id
),

groups AS (
    SELECT
        'hesk:inventory:permission_group:' || groups.id, 'permission group', decode_entities(groups.name),
        attributes('features', group_features.features, 'members', group_members.members, 'categories', group_categories.categories),
        'Custom role with the same rights, and a team for the categories'
    FROM hesk.permission_groups AS groups
    LEFT JOIN group_features ON group_features.group_id = groups.id
    LEFT JOIN group_members ON group_members.group_id = groups.id
    LEFT JOIN group_categories ON group_categories.group_id = groups.id
),

statuses AS (
    SELECT
        'hesk:inventory:status:' || id, 'custom status', name, attributes('becomes', state),
        'Ticket state or conversation attribute; mapping/statuses.csv says which are closed'
    FROM base_statuses
    WHERE id > 5 OR id IN (SELECT "ID" FROM hesk.statuses)
),

priorities AS (
    SELECT
        'hesk:inventory:priority:' || id, 'priority', name, CAST(NULL AS VARCHAR),
        'Workflow that sets the priority from the attribute "Hesk priority"'
    FROM base_priorities
),

templates AS (
    SELECT
        'hesk:inventory:template:' || id, 'ticket template', decode_entities(title),
        attributes('text', html_to_text(coalesce(nullif(message_html, ''), message))), 'Macro that starts a conversation with this text'
    FROM hesk.ticket_templates
),

canned_tags AS (
    SELECT
        'hesk:inventory:canned:' || id, 'canned response with tags', decode_entities(title),
        attributes('text', decode_entities(message)), 'Macro with attribute insertions in place of the %%HESK_…%% tags'
    FROM hesk.std_replies
    WHERE message LIKE '%\%\%HESK\_%'
),

banned AS (
    SELECT 'hesk:inventory:banned_email:' || id, 'banned address', decode_entities(email), CAST(NULL AS VARCHAR), 'Block the contact, or a rule on the sender''s domain'
    FROM hesk.banned_emails
    UNION ALL
    SELECT 'hesk:inventory:banned_ip:' || id, 'banned IP range', ip_display, CAST(NULL AS VARCHAR), 'No counterpart for e-mail; Messenger: block at the site''s firewall'
    FROM hesk.banned_ips
    UNION ALL
    SELECT 'hesk:inventory:muted_email:' || id, 'muted address', decode_entities(email), attributes('whole domain', type = 0), 'Workflow that closes conversations of this sender without notifying'
    FROM hesk.muted_emails
),

service_messages AS (
    SELECT
        'hesk:inventory:service_message:' || id, 'service message', decode_entities(title),
        attributes('text', html_to_text(message), 'draft', type = '1', 'location', location, 'language', language),
        'Banner or news item'
    FROM hesk.service_messages
),

article_files AS (
    SELECT
        'hesk:inventory:article_file:' || files.source_key || ':' || files.att_id, 'file of an article', files.name,
        attributes('article', files.source_key, 'sha256', files.sha256),
        CASE WHEN files.sha256 IS NULL THEN 'The file is missing in Hesk: ask for it or take its name off the article'
             ELSE 'Upload by hand in the article editor: no API takes files for articles' END
    FROM base_article_files AS files
),

article_keywords AS (
    SELECT
        'hesk:inventory:article_keywords:' || id, 'search keywords of an article', decode_entities(subject),
        attributes('keywords', decode_entities(keywords)), 'Alternative search phrases of the article'
    FROM hesk.kb_articles
    WHERE coalesce(trim(keywords), '') <> ''
),

desk_settings AS (
    SELECT
        'hesk:inventory:setting:' || key, 'desk setting', key, attributes('value', value),
        'Compare with the workspace''s settings'
    FROM hesk.settings
    WHERE coalesce(value, '') <> ''
)

SELECT source_key, kind, coalesce(nullif(name, ''), source_key) AS name, details, recommendation
FROM (
    SELECT * FROM categories
    UNION ALL SELECT * FROM staff
    UNION ALL SELECT * FROM groups
    UNION ALL SELECT * FROM statuses
    UNION ALL SELECT * FROM priorities
    UNION ALL SELECT * FROM templates
    UNION ALL SELECT * FROM canned_tags
    UNION ALL SELECT * FROM banned
    UNION ALL SELECT * FROM service_messages
    UNION ALL SELECT * FROM article_files
    UNION ALL SELECT * FROM article_keywords
    UNION ALL SELECT * FROM desk_settings
) AS everything
