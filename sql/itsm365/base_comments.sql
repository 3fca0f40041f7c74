-- one row per comment of a conversation: who wrote it and what it is; key: uuid
-- private is a note. Who asked is the contact; else whoever answers tickets is a teammate, everybody else a contact. Without an
-- author it is mail of the stranger who asked, where the ticket has one, else the system's.
WITH judged AS (
    SELECT
        listed.*,
        tickets.source_key AS conversation_key,
        tickets.created_at AS opened_at,
        agents.source_key AS agent_key,
        agents.name AS agent_name,
        people.contact_key AS person_key,
        people.name AS person_name,
        requesters.contact_key AS requester_key,
        requesters.name AS requester_name,
        CASE
            WHEN listed.author IS NULL THEN CASE WHEN tickets.client_employee IS NULL AND NOT listed.private AND tickets.client_email IS NOT NULL THEN 'requester' ELSE 'system' END
            WHEN listed.author = tickets.client_employee THEN 'requester'
            WHEN agents.uuid IS NOT NULL THEN 'agent'
            WHEN people.contact_key IS NOT NULL THEN 'person'
            ELSE 'unknown'
        END AS author_kind
    FROM base_comment_texts AS listed
    JOIN base_tickets AS tickets ON tickets.uuid = listed.about AND tickets.fate = 'conversation'
    JOIN base_ticket_people AS requesters ON requesters.ticket = tickets.uuid AND requesters.position = 0
    LEFT JOIN base_agents AS agents ON agents.uuid = listed.author
    LEFT JOIN base_people AS people ON people.uuid = listed.author
)

SELECT
    uuid,
    about                                                                                   AS ticket,
    'itsm365:' || replace(uuid, '$', ':')                                                   AS source_key,
    conversation_key,
    CASE WHEN private THEN 'note' ELSE 'comment' END                       AS part_type,
    CASE WHEN NOT private AND author_kind IN ('requester', 'person') THEN 'contact' ELSE 'admin' END AS author_type,
    CASE
        WHEN author_kind = 'agent' THEN agent_key
        -- A note is a teammate's: of somebody else it has the name only.
        WHEN private THEN agent_key
        WHEN author_kind = 'requester' THEN requester_key
        WHEN author_kind = 'person' THEN person_key
    END                                                                                     AS author_key,
    coalesce(agent_name, CASE WHEN author_kind = 'requester' THEN requester_name END, person_name, author_name, 'ITSM 365') AS author_name,
    body,
    coalesce(created_at, opened_at)                                                         AS created_at,
    TRY_CAST(split_part(uuid, '$', 2) AS BIGINT)                                            AS nth
FROM judged
