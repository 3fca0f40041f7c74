-- one row: who stands in for teammates who are not in the workspace, as the newest load had it
-- author_id writes for them: the placeholder, else the token's own teammate. assignee_id is given their threads: the placeholder, else nobody.
WITH newest AS (
    SELECT (detail ->> 'admin') AS admin_id, lower(trim((detail ->> 'placeholder'))) AS placeholder
    FROM ledger.entries
    WHERE table_name = '_load' AND step = 'begin'
    ORDER BY seq DESC
    LIMIT 1
)

SELECT coalesce(min(admins.id), min(newest.admin_id)) AS author_id, min(admins.id) AS assignee_id
FROM newest
LEFT JOIN intercom_live.admins AS admins ON lower(trim(admins.email)) = newest.placeholder
