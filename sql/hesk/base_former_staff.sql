-- one row per staff member that rows still name by number and that was deleted, with the name that the desk still tells; key: id
-- Up to 3.4 replies carry the name. Later only histories do: of a ticket that number N owns, the last assignment in its
-- history is to N; of one that N closed or opened, the last closing or the submission is by N. The name told most often wins.
WITH staff AS (
    SELECT id, login FROM base_staff
),

numbers AS (
    SELECT DISTINCT owner AS id FROM base_tickets WHERE owner > 0
    UNION SELECT DISTINCT opened_by AS id FROM base_tickets WHERE opened_by > 0
    UNION SELECT DISTINCT closed_by AS id FROM base_tickets WHERE closed_by > 0
    UNION SELECT DISTINCT staffid AS id FROM hesk.replies WHERE staffid > 0
    UNION SELECT DISTINCT who AS id FROM hesk.notes WHERE who > 0
    UNION SELECT DISTINCT author AS id FROM hesk.kb_articles WHERE author > 0
    UNION SELECT DISTINCT user_id AS id FROM hesk.ticket_to_collaborator WHERE user_id > 0
),

gone AS (
    SELECT numbers.id
    FROM numbers
    LEFT JOIN staff ON staff.id = numbers.id
    WHERE staff.id IS NULL
),

roles AS (
    SELECT tickets.id AS ticket_id, gone.id, 'owner' AS role
    FROM base_tickets AS tickets JOIN gone ON gone.id = tickets.owner
    UNION ALL
    SELECT tickets.id AS ticket_id, gone.id, 'opener' AS role
    FROM base_tickets AS tickets JOIN gone ON gone.id = tickets.opened_by
    UNION ALL
    SELECT tickets.id AS ticket_id, gone.id, 'closer' AS role
    FROM base_tickets AS tickets JOIN gone ON gone.id = tickets.closed_by
),

lines AS (
    SELECT
        roles.id,
        CASE WHEN roles.role = 'owner' THEN history.target ELSE history.actor_name || ' (' || history.actor_login || ')' END AS person,
        row_number() OVER (PARTITION BY roles.ticket_id, roles.role ORDER BY history.line DESC) AS nth
    FROM roles
    JOIN base_history AS history ON history.ticket_id = roles.ticket_id
    WHERE roles.role = 'owner' AND history.event IN ('assigned', 'auto_assigned')
        OR roles.role = 'opener' AND history.event = 'submitted' AND history.actor_login IS NOT NULL
        OR roles.role = 'closer' AND history.event = 'closed' AND history.actor_login IS NOT NULL
),

told AS (
    SELECT gone.id, decode_entities(trim(replies.name)) AS name, CAST(NULL AS VARCHAR) AS login
    FROM hesk.replies AS replies
    JOIN gone ON gone.id = replies.staffid
    WHERE trim(replies.name) <> ''
    UNION ALL
    SELECT id, regexp_replace(person, ' \([^()]*\)$', '') AS name, regexp_replace(person, '^.*\(([^()]*)\)$', '\1') AS login
    FROM lines
    WHERE nth = 1 AND person LIKE '%)'
),

counted AS (
    SELECT told.id, told.name, row_number() OVER (PARTITION BY told.id ORDER BY count(*) DESC, told.name) AS nth
    FROM told
    LEFT JOIN staff ON staff.login = told.login
    WHERE staff.login IS NULL
    GROUP BY told.id, told.name
)

SELECT gone.id, coalesce(counted.name, 'Former staff member ' || gone.id) AS name
FROM gone
LEFT JOIN counted ON counted.id = gone.id AND counted.nth = 1
