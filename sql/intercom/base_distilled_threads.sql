-- one row per conversation or ticket: whose it is and how it ended; key: thread_key
-- customer_key: the company that the conversation names or, where it names none, the one that its contact belongs to; a contact of
-- several companies, or of none, stands for itself, so that nothing gets known to a company that it does not concern.
WITH threads AS (
    SELECT
        source_key AS thread_key, intercom_id, coalesce(title, (metadata ->> 'subject')) AS title, end_user_key, company_key, state, tags,
        nullif(trim((rating ->> 'rating')), '') AS rating, nullif(trim((rating ->> 'remark')), '') AS remark, CAST(NULL AS VARCHAR) AS ticket_type, attributes,
        created_at, updated_at
    FROM transcripts
    UNION ALL
    SELECT
        tickets.source_key AS thread_key, tickets.intercom_id, tickets.title, tickets.end_user_key, tickets.company_key,
        CASE WHEN tickets.is_open THEN 'open' ELSE 'closed' END AS state, tickets.tags, NULL AS rating, NULL AS remark, tickets.type AS ticket_type,
        tickets.attributes, tickets.created_at, tickets.updated_at
    FROM tickets
    WHERE NOT EXISTS (SELECT 1 FROM transcripts WHERE transcripts.intercom_id = tickets.intercom_id)
),

-- Where Intercom's app shows a conversation; `_` is the workspace that one is logged in to.
app AS (
    SELECT
        'https://app.' || CASE upper(max(region)) WHEN 'EU' THEN 'eu.' WHEN 'AU' THEN 'au.' ELSE '' END || 'intercom.com/a/inbox/'
            || coalesce(max(id), '_') || '/inbox/conversation/' AS url
    FROM intercom_live.workspace
),

reopened AS (
    SELECT thread_key, count(*) AS times
    FROM (
        SELECT thread_key, type, lag(type) OVER (PARTITION BY thread_key ORDER BY position) AS type_before
        FROM base_messages
        WHERE type IN ('open', 'close')
    ) AS states
    WHERE type = 'open' AND type_before = 'close'
    GROUP BY thread_key
),

spoken AS (
    SELECT thread_key, max(CASE WHEN NOT is_note THEN at END) AS last_at, count(*) AS messages_count
    FROM base_distilled_messages
    GROUP BY thread_key
),

belongs AS (
    SELECT source_key AS end_user_key, CASE WHEN json_length(company_keys) = 1 THEN company_key END AS only_company_key FROM end_users
)

SELECT
    threads.thread_key,
    threads.intercom_id,
    nullif(trim(html_to_text(threads.title)), '')                                            AS title,
    threads.end_user_key,
    coalesce(people.name, people.email)                                                      AS contact_name,
    people.email                                                                             AS contact_email,
    coalesce(threads.company_key, belongs.only_company_key)                                  AS company_key,
    companies.name                                                                           AS company_name,
    coalesce(threads.company_key, belongs.only_company_key, threads.end_user_key)            AS customer_key,
    threads.state,
    threads.rating,
    threads.remark,
    coalesce(reopened.times, 0)                                                              AS reopened,
    threads.ticket_type,
    threads.tags,
    threads.attributes,
    people.attributes                                                                        AS contact_attributes,
    companies.attributes                                                                     AS company_attributes,
    app.url || threads.intercom_id                                                           AS url,
    coalesce(spoken.messages_count, 0)                                                       AS messages_count,
    coalesce(spoken.last_at, threads.created_at)                                             AS last_at,
    threads.updated_at
FROM threads
CROSS JOIN app
LEFT JOIN belongs ON belongs.end_user_key = threads.end_user_key
LEFT JOIN end_users AS people ON people.source_key = threads.end_user_key
LEFT JOIN companies ON companies.source_key = coalesce(threads.company_key, belongs.only_company_key)
LEFT JOIN reopened ON reopened.thread_key = threads.thread_key
LEFT JOIN spoken ON spoken.thread_key = threads.thread_key
