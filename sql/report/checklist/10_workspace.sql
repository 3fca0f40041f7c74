-- In the workspace, before the load
-- People and teams cannot be created by API; conflicts make Intercom refuse rows.
SELECT task, CASE WHEN needed THEN 'needed by rows that are to be loaded' END AS needed, why, place
FROM workspace.todo
WHERE topic <> 'silence'
