-- one row per conversation and tag; key: (conversation_key, tag_key)
-- Priority, urgency and impact: one tag for each, or one for all, as [source] priority_tags says. A problem is a tag where it is
-- no custom object.
WITH named AS (
    SELECT levels.source_key, 'itsm_priority: ' || levels.priority AS name
    FROM base_ticket_values AS levels
    CROSS JOIN base_settings
    WHERE base_settings.priority_tags = 'separate'
    UNION ALL
    SELECT levels.source_key, 'itsm_urgency: ' || levels.urgency
    FROM base_ticket_values AS levels
    CROSS JOIN base_settings
    WHERE base_settings.priority_tags = 'separate'
    UNION ALL
    SELECT levels.source_key, 'itsm_impact: ' || levels.impact
    FROM base_ticket_values AS levels
    CROSS JOIN base_settings
    WHERE base_settings.priority_tags = 'separate'
    UNION ALL
    SELECT levels.source_key, 'itsm_priority: ' || nullif(concat_ws(' / ', levels.priority, levels.urgency, levels.impact), '')
    FROM base_ticket_values AS levels
    CROSS JOIN base_settings
    WHERE base_settings.priority_tags = 'combined'
    UNION ALL
    SELECT links.conversation_key, 'itsm_problem: ' || problems.name
    FROM base_links AS links
    JOIN base_problems AS problems ON problems.uuid = links.uuid AND links.kind = 'problem'
    CROSS JOIN base_settings
    WHERE base_settings.problems = 'note'
)

SELECT
    source_key AS conversation_key,
    'itsm365:tag:' || stable_key(lower(name))                                               AS tag_key,
    min(name)                                                                               AS name
FROM named
WHERE name IS NOT NULL
GROUP BY source_key, lower(name)
