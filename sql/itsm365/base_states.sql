-- one row per state that objects of a type are in; key: (type, code)
-- Objects have the code only: titles, and what a state means, are in mapping/states.csv, by type or else by class.
WITH held AS (
    SELECT type, state AS code FROM itsm365.tickets
    UNION
    SELECT type, state FROM itsm365.problems
    UNION
    SELECT type, state FROM itsm365.changes
    UNION
    SELECT type, state FROM itsm365.tasks
    UNION
    SELECT type, state FROM itsm365.approvals
    UNION
    SELECT type, state FROM itsm365.votes
)

SELECT
    held.type,
    held.code,
    coalesce(by_type.title, by_class.title, held.code)                                      AS title,
    coalesce(by_type.becomes, by_class.becomes)                                             AS state
FROM held
LEFT JOIN mapping.states AS by_type ON by_type.state = held.type || ':' || held.code
LEFT JOIN mapping.states AS by_class ON by_class.state = split_part(held.type, '$', 1) || ':' || held.code
WHERE held.code IS NOT NULL
