-- one row per conversation or ticket of the workspace; key: id
SELECT
    id, 'conversation' AS kind, title, created_at, state, snoozed_until, read, admin_assignee_id, team_assignee_id,
    company_id, custom_attributes, source_author_id AS contact_id, parts_total
FROM intercom_live.conversations
UNION ALL
SELECT
    tickets.id, 'ticket' AS kind, (tickets.ticket_attributes ->> '_default_title_') AS title, tickets.created_at,
    CASE WHEN NOT tickets.open THEN 'closed' WHEN tickets.snoozed_until > now() THEN 'snoozed' ELSE 'open' END AS state,
    tickets.snoozed_until, NULL AS read, tickets.admin_assignee_id, tickets.team_assignee_id, tickets.company_id,
    tickets.ticket_attributes AS custom_attributes, contacts.id AS contact_id, tickets.parts_total
FROM intercom_live.tickets AS tickets
LEFT JOIN (SELECT ticket_id, min(id) AS id FROM intercom_live.ticket_contacts GROUP BY ticket_id) AS contacts
    ON contacts.ticket_id = tickets.id
