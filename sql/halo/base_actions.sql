-- one row per action of a ticket that is brought over: who wrote it, what it says and what it is; key: (ticket_id, id)
-- Who: an agent by who_agentid, else a user by actionby_user_id, else by the direction of the e-mail, an application, who_type.
-- What: hidden from the user is a note; a system's or billing action, or one without text, is an event; the rest are replies.
-- The HTML note is taken, else the plain one, else the e-mail's body.
WITH texts AS (
    SELECT
        actions.*,
        tickets.thread_id,
        clean_html(actions.note_html)                                                       AS html,
        text_to_html(actions.note) AS plain,
        clean_html(coalesce(nullif(actions.emailbody_html, ''),
            text_to_html(actions.emailbody))) AS mail
    FROM halo.actions AS actions
    JOIN base_tickets AS tickets ON tickets.id = actions.ticket_id AND tickets.fate IN ('conversation', 'merged')
),

by_email AS (
    SELECT email, min(contact_key) AS contact_key FROM base_users WHERE contact_key IS NOT NULL AND email IS NOT NULL GROUP BY email
),

-- A note that consists of white space only is none.
said AS (
    SELECT
        texts.*,
        coalesce(
            CASE WHEN trim(html_to_text(html)) <> '' THEN html END,
            CASE WHEN trim(plain) <> '' THEN plain END,
            CASE WHEN trim(html_to_text(mail)) <> '' THEN mail END)                         AS body
    FROM texts
),

authored AS (
    SELECT
        said.*,
        CASE
            WHEN said.who_agentid > 1 THEN 'agent'
            WHEN said.actionby_user_id > 0 THEN 'user'
            WHEN said.actionby_agent_id > 1 THEN 'agent'
            WHEN said.action_systemid > 0 THEN 'system'
            WHEN upper(said.emaildirection) = 'I' THEN 'user'
            WHEN upper(said.emaildirection) = 'O' THEN 'agent'
            WHEN coalesce(said.actionby_application_id, '') <> '' THEN 'system'
            WHEN said.who_type = 1 THEN 'agent'
            WHEN said.who_type = 0 AND said.body IS NOT NULL THEN 'user'
            ELSE 'system'
        END                                                                                 AS author
    FROM said
),

-- An action without `who_agentid` can still be an agent's.
known AS (
    SELECT
        authored.*,
        CASE WHEN author = 'agent' THEN CASE WHEN who_agentid > 1 THEN who_agentid WHEN actionby_agent_id > 1 THEN actionby_agent_id END END AS by_agent,
        normalize_email(emailfrom)                                                          AS from_email
    FROM authored
)

SELECT
    actions.ticket_id,
    actions.id,
    actions.thread_id,
    'halo:action:' || actions.ticket_id || ':' || actions.id                                AS source_key,
    actions.author,
    CASE
        WHEN actions.author IN ('agent', 'system') THEN agents.source_key
        WHEN users.contact_key IS NOT NULL THEN users.contact_key
        WHEN own.email IS NULL AND actions.from_email IS NOT NULL
            THEN coalesce(by_email.contact_key, 'halo:contact:' || actions.from_email)
        ELSE requesters.contact_key
    END                                                                                     AS author_key,
    CASE
        WHEN agents.name IS NOT NULL THEN agents.name
        WHEN users.contact_key IS NOT NULL THEN users.name
        ELSE nullif(trim(actions.who), '')
    END                                                                                     AS author_name,
    CASE WHEN actions.author = 'user' AND users.contact_key IS NULL AND own.email IS NULL THEN actions.from_email END AS from_email,
    CASE
        WHEN actions.body IS NULL OR coalesce(actions.action_systemid, 0) > 0 OR coalesce(actions.isbillingaction, FALSE) THEN 'event'
        WHEN coalesce(actions.hiddenfromuser, FALSE) OR actions.author = 'system' THEN 'note'
        ELSE 'reply'
    END                                                                                     AS kind,
    actions.body,
    coalesce(nullif(trim(actions.outcome), ''), outcomes.outcome)                           AS outcome,
    CASE WHEN actions.new_status > 0 AND actions.new_status IS DISTINCT FROM actions.old_status THEN statuses.name END AS new_status,
    coalesce(actions.datetime, actions.actiondatecreated)                                   AS created_at,
    CASE WHEN actions.merged_from_ticketid > 0 THEN actions.merged_from_ticketid END        AS merged_from
FROM known AS actions
LEFT JOIN base_agents AS agents ON agents.id = actions.by_agent
LEFT JOIN base_users AS users ON users.id = actions.actionby_user_id AND actions.author = 'user'
LEFT JOIN by_email ON by_email.email = actions.from_email AND actions.author = 'user'
LEFT JOIN base_own_mailboxes AS own ON own.email = actions.from_email
LEFT JOIN base_ticket_people AS requesters ON requesters.ticket_id = actions.ticket_id AND requesters.position = 0
LEFT JOIN halo.outcomes AS outcomes ON outcomes.id = actions.outcome_id
LEFT JOIN base_statuses AS statuses ON statuses.id = actions.new_status
