-- one row: who stands in for teammates who are not in the workspace, as the newest load had it
-- author_id writes for them: the placeholder, else the token's own teammate. assignee_id is given their threads: the placeholder, else
-- nobody. threads_as: what that load made of threads, `conversation` or `ticket`.
WITH newest AS (
    SELECT (detail ->> 'tickets_as') AS threads_as, (detail ->> 'admin') AS admin_id, lower(trim((detail ->> 'placeholder'))) AS placeholder
    FROM ledger.entries
    WHERE table_name = '_load' AND step = 'begin'
    ORDER BY seq DESC
    LIMIT 1
)

SELECT coalesce(min(admins.id), min(newest.admin_id)) AS author_id, min(admins.id) AS assignee_id, min(newest.threads_as) AS threads_as
FROM newest
LEFT JOIN intercom_live.admins AS admins ON lower(trim(admins.email)) = newest.placeholder
