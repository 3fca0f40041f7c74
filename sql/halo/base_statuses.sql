-- one row per ticket status, those that are gone and still named included; key: id
-- Halo does not say which statuses are closed: the ticket tells, unless mapping/statuses.csv does.
WITH ids AS (
    SELECT id FROM halo.statuses
    UNION
    SELECT DISTINCT status_id AS id FROM halo.tickets WHERE status_id > 0
    UNION
    SELECT CAST(status_id AS BIGINT) AS id FROM mapping.statuses
),

on_tickets AS (
    SELECT status_id AS id, max(nullif(trim(status_name), '')) AS name FROM halo.tickets GROUP BY status_id
)

SELECT
    ids.id,
    coalesce(nullif(trim(statuses.name), ''), on_tickets.name, 'Status ' || ids.id)         AS name,
    mapped.state
FROM ids
LEFT JOIN halo.statuses AS statuses ON statuses.id = ids.id
LEFT JOIN on_tickets ON on_tickets.id = ids.id
LEFT JOIN mapping.statuses AS mapped ON mapped.status_id = CAST(ids.id AS VARCHAR)
