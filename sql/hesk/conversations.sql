-- one row per Hesk ticket; key: hesk:ticket:<id>
WITH requesters AS (
    SELECT ticket_id, contact_key FROM base_ticket_people WHERE position = 0
),

participants AS (
    SELECT ticket_id, '[' || string_agg(json_quote(contact_key), ',' ORDER BY position) || ']' AS participant_keys
    FROM base_ticket_people
    WHERE position > 0
    GROUP BY ticket_id
),

ratings AS (
    SELECT
        replyto AS ticket_id,
        sum(CASE WHEN rating = '5' THEN 1 ELSE 0 END) AS helpful,
        sum(CASE WHEN rating = '1' THEN 1 ELSE 0 END) AS not_helpful
    FROM hesk.replies
    WHERE rating IN ('1', '5')
    GROUP BY replyto
),

links AS (
    SELECT ticket_id, string_agg(trackid, ' ' ORDER BY trackid) AS linked
    FROM (
        SELECT links.ticket_id1 AS ticket_id, tickets.trackid
        FROM hesk.linked_tickets AS links JOIN base_tickets AS tickets ON tickets.id = links.ticket_id2
        UNION
        SELECT links.ticket_id2 AS ticket_id, tickets.trackid
        FROM hesk.linked_tickets AS links JOIN base_tickets AS tickets ON tickets.id = links.ticket_id1
        UNION
        -- Mods for HESK
        SELECT children.id AS ticket_id, parents.trackid
        FROM base_tickets AS children JOIN base_tickets AS parents ON parents.id = children.parent
        UNION
        SELECT parents.id AS ticket_id, children.trackid
        FROM base_tickets AS children JOIN base_tickets AS parents ON parents.id = children.parent
    ) AS both_ways
    GROUP BY ticket_id
),

collaborators AS (
    SELECT ticket_id, string_agg(name, ', ' ORDER BY user_id) AS names
    FROM (
        SELECT DISTINCT members.ticket_id, members.user_id, coalesce(staff.name, former.name) AS name
        FROM hesk.ticket_to_collaborator AS members
        LEFT JOIN base_staff AS staff ON staff.id = members.user_id
        LEFT JOIN base_former_staff AS former ON former.id = members.user_id
    ) AS members
    GROUP BY ticket_id
)

SELECT
    tickets.source_key,
    requesters.contact_key,
    coalesce(nullif(trim(tickets.subject), ''), 'Ticket ' || tickets.trackid)      AS title,
    tickets.created_at,
    tickets.updated_at,
    statuses.state,
    CAST(NULL AS TIMESTAMP)                                                        AS snoozed_until,
    closers.source_key                                                             AS closed_by_key,
    owners.source_key                                                              AS assignee_key,
    coalesce(owners.name, former_owners.name)                                      AS assignee_name,
    CASE WHEN categories.become IN ('team', 'both') THEN 'hesk:category:' || tickets.category END AS team_key,
    CAST(NULL AS VARCHAR)                                                          AS company_key,
    TRUE                                                                           AS is_read,
    participants.participant_keys,
    CASE
        WHEN categories.become IN ('tag', 'both') AND tickets.tagged
            THEN '["hesk:category_tag:' || tickets.category || '","hesk:tagged"]'
        WHEN categories.become IN ('tag', 'both') THEN '["hesk:category_tag:' || tickets.category || '"]'
        WHEN tickets.tagged THEN '["hesk:tagged"]'
    END                                                                            AS tag_keys,
    merge_json(
        attributes(
            'Hesk tracking ID', tickets.trackid,
            'Hesk ticket number', tickets.id,
            'Hesk status', statuses.name,
            'Hesk priority', priorities.name,
            'Hesk category', categories.name,
            'Hesk created at', tickets.created_at,
            'Hesk updated at', tickets.updated_at,
            'Hesk first reply at', tickets.first_reply_at,
            'Hesk closed at', coalesce(tickets.closed_at, CASE WHEN statuses.state = 'closed' THEN tickets.history_closed_at END),
            'Hesk due date', local_date(tickets.due_at, base_settings.timezone),
            'Hesk time worked (seconds)', nullif(tickets.seconds_worked, 0),
            'Hesk language', tickets.language,
            'Hesk opened by', CASE
                WHEN tickets.opened_by > 0 THEN coalesce(openers.name, former_openers.name)
                WHEN tickets.opened_by < 0 THEN 'e-mail'
                -- Before 2.6 Hesk did not tell staff from customers here; the history does.
                WHEN tickets.submitted_by IS NOT NULL THEN tickets.submitted_by
                WHEN tickets.opened_by = 0 THEN 'customer' END,
            'Hesk closed by', CASE
                WHEN tickets.closed_by > 0 THEN coalesce(closers.name, former_closers.name)
                WHEN tickets.closed_by < 0 THEN 'automatically'
                WHEN tickets.closed_by = 0 THEN 'customer' END,
            'Hesk locked', CASE WHEN tickets.locked THEN 'yes' END,
            'Hesk merged tickets', tickets.merged,
            'Hesk linked tickets', links.linked,
            'Hesk collaborators', collaborators.names,
            'Hesk ratings', CASE WHEN ratings.ticket_id IS NOT NULL
                THEN ratings.helpful || ' helpful, ' || ratings.not_helpful || ' not helpful' END,
            'Hesk IP address', CASE WHEN base_settings.ip_addresses IN ('flag', 'keep') THEN tickets.ip END,
            'Hesk values as entered', custom.as_entered,
            'Personal data to review', nullif(concat_ws(', ',
                CASE WHEN base_settings.ip_addresses = 'flag' AND tickets.ip IS NOT NULL THEN 'IP address' END,
                CASE WHEN base_settings.anonymised = 'flag' AND tickets.anonymised THEN 'anonymised in Hesk' END), '')
        ),
        custom.custom_attributes)                                                  AS custom_attributes
FROM base_tickets AS tickets
CROSS JOIN base_settings
LEFT JOIN requesters ON requesters.ticket_id = tickets.id
LEFT JOIN participants ON participants.ticket_id = tickets.id
LEFT JOIN base_statuses AS statuses ON statuses.id = tickets.status
LEFT JOIN base_priorities AS priorities ON priorities.id = tickets.priority
LEFT JOIN base_categories AS categories ON categories.id = tickets.category
LEFT JOIN base_staff AS owners ON owners.id = tickets.owner
LEFT JOIN base_staff AS openers ON openers.id = tickets.opened_by
LEFT JOIN base_staff AS closers ON closers.id = tickets.closed_by
LEFT JOIN base_former_staff AS former_owners ON former_owners.id = tickets.owner
LEFT JOIN base_former_staff AS former_openers ON former_openers.id = tickets.opened_by
LEFT JOIN base_former_staff AS former_closers ON former_closers.id = tickets.closed_by
LEFT JOIN base_custom_attributes AS custom ON custom.ticket_id = tickets.id
LEFT JOIN ratings ON ratings.ticket_id = tickets.id
LEFT JOIN links ON links.ticket_id = tickets.id
LEFT JOIN collaborators ON collaborators.ticket_id = tickets.id
WHERE NOT (tickets.anonymised AND base_settings.anonymised = 'leave_out')
