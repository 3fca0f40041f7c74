-- one row per conversation or ticket: whose it is and how it ended; key: thread_id
-- customer: the company that the conversation names or, where it names none, the one that its contact belongs to; a contact of several
-- companies, or of none, stands for itself, so that nothing gets known to a company that it does not concern.
WITH belongs AS (
    SELECT contact_id, id FROM intercom_live.contact_companies
    UNION
    SELECT contact_id, id FROM intercom_live.contact_all_companies
),

only_company AS (
    SELECT contact_id, min(id) AS company_id FROM belongs GROUP BY contact_id HAVING count(*) = 1
),

tags AS (
    SELECT conversation_id AS thread_id, string_agg(name, ', ' ORDER BY name) AS names FROM intercom_live.conversation_tags GROUP BY conversation_id
    UNION ALL
    SELECT ticket_tags.ticket_id AS thread_id, string_agg(ticket_tags.name, ', ' ORDER BY ticket_tags.name) AS names
    FROM intercom_live.ticket_tags AS ticket_tags
    LEFT ANTI JOIN intercom_live.conversations AS conversations ON conversations.id = ticket_tags.ticket_id
    GROUP BY ticket_tags.ticket_id
),

taking_part AS (
    SELECT conversation_id AS thread_id, min(id) AS contact_id FROM intercom_live.conversation_contacts GROUP BY conversation_id
),

openers AS (
    SELECT ticket_id AS thread_id, min(id) AS contact_id FROM intercom_live.ticket_contacts GROUP BY ticket_id
),

reopened AS (
    SELECT conversation_id AS thread_id, count(*) AS times
    FROM (
        SELECT conversation_id, part_type, lag(part_type) OVER (PARTITION BY conversation_id ORDER BY position) AS part_type_before
        FROM intercom_live.conversation_parts
        WHERE part_type IN ('open', 'close')
    ) AS states
    WHERE part_type = 'open' AND part_type_before = 'close'
    GROUP BY conversation_id
),

spoken AS (
    SELECT thread_id, max(CASE WHEN NOT is_note THEN created_at END) AS last_at, count(*) AS messages_count
    FROM base_distilled_messages
    GROUP BY thread_id
),

threads AS (
    SELECT
        conversations.id AS thread_id, 'conversation' AS kind, nullif(trim(html_to_text(coalesce(conversations.title, conversations.source_subject, ''))), '') AS title,
        CASE WHEN conversations.source_author_type IN ('user', 'lead', 'contact') THEN conversations.source_author_id ELSE taking_part.contact_id END AS contact_id,
        conversations.source_author_name AS opened_by, conversations.company_id, conversations.state, conversations.source_type AS channel,
        (conversations.rating ->> 'rating') AS rating, nullif(trim((conversations.rating ->> 'remark')), '') AS remark,
        coalesce(reopened.times, 0) AS reopened, tickets.ticket_type_id, conversations.custom_attributes AS attributes,
        conversations.created_at, conversations.updated_at
    FROM intercom_live.conversations AS conversations
    LEFT JOIN taking_part ON taking_part.thread_id = conversations.id
    LEFT JOIN reopened ON reopened.thread_id = conversations.id
    LEFT JOIN intercom_live.tickets AS tickets ON tickets.id = conversations.id
    UNION ALL
    SELECT
        tickets.id AS thread_id, 'ticket' AS kind, nullif(trim((tickets.ticket_attributes ->> '_default_title_')), '') AS title,
        openers.contact_id, NULL AS opened_by, tickets.company_id, CASE WHEN tickets.open THEN 'open' ELSE 'closed' END AS state, NULL AS channel,
        NULL AS rating, NULL AS remark, 0 AS reopened, tickets.ticket_type_id, tickets.ticket_attributes AS attributes,
        tickets.created_at, tickets.updated_at
    FROM intercom_live.tickets AS tickets
    LEFT JOIN openers ON openers.thread_id = tickets.id
    LEFT ANTI JOIN intercom_live.conversations AS conversations ON conversations.id = tickets.id
)

SELECT
    threads.thread_id,
    'intercom:' || threads.kind || ':' || threads.thread_id                                  AS thread_key,
    threads.kind,
    threads.title,
    threads.contact_id,
    coalesce(nullif(trim(contacts.name), ''), nullif(trim(contacts.email), ''), threads.opened_by) AS contact_name,
    nullif(trim(contacts.email), '')                                                         AS contact_email,
    coalesce(threads.company_id, only_company.company_id)                                    AS company_id,
    nullif(trim(companies.name), '')                                                         AS company_name,
    coalesce(threads.company_id, only_company.company_id, threads.contact_id)                AS customer_id,
    threads.state,
    threads.channel,
    threads.rating,
    threads.remark,
    threads.reopened,
    ticket_types.name                                                                        AS ticket_type,
    tags.names                                                                               AS tags,
    threads.attributes,
    settings.app_url || '/a/inbox/_/inbox/conversation/' || threads.thread_id                AS url,
    coalesce(spoken.messages_count, 0)                                                       AS messages_count,
    threads.created_at,
    coalesce(spoken.last_at, threads.created_at)                                             AS last_at,
    threads.updated_at
FROM threads
CROSS JOIN (SELECT coalesce(max(value), 'https://app.intercom.com') AS app_url FROM settings WHERE key = 'intercom.app_url') AS settings
LEFT JOIN only_company ON only_company.contact_id = threads.contact_id
LEFT JOIN intercom_live.contacts AS contacts ON contacts.id = threads.contact_id
LEFT JOIN intercom_live.companies AS companies ON companies.id = coalesce(threads.company_id, only_company.company_id)
LEFT JOIN intercom_live.ticket_types AS ticket_types ON ticket_types.id = threads.ticket_type_id
LEFT JOIN tags ON tags.thread_id = threads.thread_id
LEFT JOIN spoken ON spoken.thread_id = threads.thread_id
