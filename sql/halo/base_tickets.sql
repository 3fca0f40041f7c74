-- one row per ticket, what becomes of it and the thread its messages go to; key: id
-- fate: conversation; merged (its messages go to the ticket at the end of the chain); deleted; opportunity. A chain that ends at
-- nothing, at a deleted ticket or in a circle leaves its tickets as they are. Nobody is 0, -1 and, of agents and clients, 1.
WITH RECURSIVE merges AS (
    SELECT id, id AS at, coalesce(merged_into_id, 0) AS next, 0 AS depth
    FROM halo.tickets
    WHERE merged_into_id > 0
    UNION ALL
    SELECT merges.id, targets.id AS at, coalesce(targets.merged_into_id, 0) AS next, merges.depth + 1 AS depth
    FROM merges
    JOIN halo.tickets AS targets ON targets.id = merges.next
    WHERE merges.depth < 20
),

deals AS (
    SELECT id FROM halo.opportunities
    UNION
    SELECT id FROM halo.tickets WHERE lower(coalesce("use", '')) = 'opportunity' OR coalesce(is_opportunity, FALSE)
),

ends AS (
    SELECT merges.id, max(merges.at) AS thread_id
    FROM merges
    JOIN halo.tickets AS ends ON ends.id = merges.at
    LEFT JOIN deals ON deals.id = merges.at
    WHERE merges.next <= 0 AND merges.at <> merges.id AND NOT coalesce(ends.deleted, FALSE) AND deals.id IS NULL
    GROUP BY merges.id
),

firsts AS (
    SELECT ticket_id, min(coalesce(datetime, actiondatecreated)) AS first_at FROM halo.actions GROUP BY ticket_id
)

SELECT
    tickets.id,
    'halo:ticket:' || tickets.id                                                            AS source_key,
    CASE
        WHEN deals.id IS NOT NULL THEN 'opportunity'
        WHEN coalesce(tickets.deleted, FALSE) THEN 'deleted'
        WHEN ends.id IS NOT NULL THEN 'merged'
        ELSE 'conversation'
    END                                                                                     AS fate,
    coalesce(ends.thread_id, tickets.id)                                                    AS thread_id,
    'halo:ticket:' || coalesce(ends.thread_id, tickets.id)                                  AS thread_key,
    coalesce(nullif(trim(regexp_replace(tickets.summary, '\s+', ' ', 'g')), ''), 'Ticket ' || tickets.id) AS title,
    statuses.name                                                                           AS status,
    coalesce(statuses.state, CASE WHEN tickets.listed_as = 2 THEN 'closed' ELSE 'open' END)      AS state,
    coalesce(nullif(tickets.details_html, ''),
        text_to_html(tickets.details)) AS details_html,
    coalesce(tickets.dateoccurred, tickets.datecreated, firsts.first_at, tickets.last_update, TIMESTAMP '2000-01-01') AS created_at,
    tickets.last_update                                                                     AS updated_at,
    tickets.dateclosed                                                                      AS closed_at,
    CASE WHEN tickets.user_id > 0 THEN tickets.user_id END                                  AS user_id,
    CASE WHEN lower(trim(tickets.user_name)) <> 'general user' THEN nullif(trim(tickets.user_name), '') END AS user_name,
    normalize_email(tickets.user_email)                                                     AS user_email,
    nullif(trim(tickets.reportedby), '')                                                    AS reported_by,
    CASE WHEN tickets.client_id > 1 THEN tickets.client_id END                              AS client_id,
    CASE WHEN tickets.site_id > 0 THEN tickets.site_id END                                  AS site_id,
    CASE WHEN tickets.agent_id > 1 THEN tickets.agent_id END                                AS agent_id,
    CASE WHEN tickets.agent_id > 1 THEN nullif(trim(tickets.agent_name), '') END            AS agent_name,
    -- The name can be one that the team had before, or that two teams have: the number counts where there is one.
    coalesce(by_id.source_key, by_name.source_key)                                          AS team_key,
    nullif(trim(tickets.team), '')                                                          AS team,
    tickets.emailcclist                                                                     AS cc,
    CASE WHEN tickets.contract_id > 0 THEN tickets.contract_id END                          AS contract_id
FROM halo.tickets AS tickets
LEFT JOIN deals ON deals.id = tickets.id
LEFT JOIN ends ON ends.id = tickets.id
LEFT JOIN base_statuses AS statuses ON statuses.id = tickets.status_id
LEFT JOIN base_teams AS by_id ON by_id.id = tickets.team_id
LEFT JOIN base_teams AS by_name ON by_name.halo_name = trim(tickets.team) AND by_name.nth = 1
LEFT JOIN firsts ON firsts.ticket_id = tickets.id
