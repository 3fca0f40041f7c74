-- one row per ticket that is a conversation, with its priority, category and promises in words; key: uuid
-- Titles come from the catalogs, for a ticket can name an item of old. The category is what the first of its categories is a part
-- of. A promise is kept by the time of the solution; without one the timer tells, or else the deadline.
WITH listed AS (
    SELECT uuid, unnest(json_get_array(categories)) AS json, unnest(range(0, json_length(categories))) AS nth
    FROM itsm365.tickets
    WHERE categories LIKE '[{%'
    UNION ALL
    SELECT uuid, categories, 0 FROM itsm365.tickets WHERE categories LIKE '{%'
),

categories AS (
    SELECT
        listed.uuid,
        first_value(coalesce(items.parent_title, items.title, (listed.json ->> 'title')) ORDER BY listed.nth) AS category,
        string_agg(CASE WHEN items.parent_title IS NOT NULL THEN items.title END, ', ' ORDER BY listed.nth) AS subcategory
    FROM listed
    LEFT JOIN base_catalog_items AS items ON items.uuid = (listed.json ->> 'UUID')
    GROUP BY listed.uuid
),

approvals AS (
    SELECT source, last_value(status ORDER BY created_at NULLS FIRST, uuid) AS status FROM base_approvals GROUP BY source
),

links AS (
    SELECT
        ticket,
        string_agg(CASE WHEN kind = 'ci' THEN title END, ', ' ORDER BY uuid)                AS cis,
        string_agg(CASE WHEN kind = 'problem' THEN coalesce(title, uuid) END, ', ' ORDER BY uuid) AS problems,
        string_agg(CASE WHEN kind = 'change' THEN coalesce(title, uuid) END, ', ' ORDER BY uuid) AS changes
    FROM base_links
    GROUP BY ticket
),

responses AS (
    SELECT ticket, min(created_at) AS first_reply_at FROM base_comments WHERE part_type = 'comment' AND author_type = 'admin' GROUP BY ticket
)

SELECT
    tickets.uuid,
    tickets.source_key,
    coalesce(priorities.title, nullif(trim(raw.priority_name), ''), raw.priority_code)      AS priority,
    coalesce(urgencies.title, nullif(trim(raw.urgency_name), ''), raw.urgency_code)         AS urgency,
    coalesce(impacts.title, nullif(trim(raw.impact_name), ''), raw.impact_code)             AS impact,
    coalesce(channels.title, nullif(trim(raw.channel_name), ''), raw.channel_code)          AS channel,
    coalesce(categories.category, (raw.base_category ->> 'title'))                          AS category,
    categories.subcategory,
    nullif(trim(raw.service_name), '')                                                      AS service,
    nullif(trim(raw.agreement_name), '')                                                    AS agreement,
    raw.response_due_at,
    coalesce(raw.due_at, raw.timer_due_at)                                                  AS due_at,
    coalesce(raw.started_at, responses.first_reply_at)                                      AS responded_at,
    CASE
        WHEN coalesce(raw.due_at, raw.timer_due_at) IS NULL THEN NULL
        WHEN tickets.resolved_at <= coalesce(raw.due_at, raw.timer_due_at) THEN 'Met'
        WHEN tickets.resolved_at IS NOT NULL THEN 'Breached'
        WHEN lower(raw.timer_status) IN ('exceeded', 'e') THEN 'Breached'
        WHEN tickets.state = 'closed' THEN CASE WHEN raw.state_since > coalesce(raw.due_at, raw.timer_due_at) THEN 'Breached' ELSE 'Met' END
        WHEN lower(raw.timer_status) IN ('paused', 'p', 'notstarted', 'n', 'stopped', 's') THEN 'In Progress'
        WHEN coalesce(raw.overdue, FALSE) OR coalesce(raw.due_at, raw.timer_due_at) < now() THEN 'Breached'
        ELSE 'In Progress'
    END                                                                                     AS sla_status,
    nullif(trim(coalesce(raw.closing_code, raw.resolution_code)), '')                       AS resolution,
    nullif(trim(raw.mark), '')                                                              AS rating,
    approvals.status                                                                        AS approval_status,
    links.cis,
    links.problems,
    links.changes,
    raw.mass_problem
FROM base_tickets AS tickets
LEFT JOIN itsm365.tickets AS raw ON raw.uuid = tickets.uuid
LEFT JOIN base_catalog_items AS priorities ON priorities.uuid = raw.priority
LEFT JOIN base_catalog_items AS urgencies ON urgencies.uuid = raw.urgency
LEFT JOIN base_catalog_items AS impacts ON impacts.uuid = raw.impact
LEFT JOIN base_catalog_items AS channels ON channels.uuid = raw.channel
LEFT JOIN categories ON categories.uuid = tickets.uuid
LEFT JOIN approvals ON approvals.source = tickets.uuid
LEFT JOIN links ON links.ticket = tickets.uuid
LEFT JOIN responses ON responses.ticket = tickets.uuid
WHERE tickets.fate = 'conversation'
