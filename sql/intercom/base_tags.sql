-- one row per contact, company, conversation or ticket that is tagged; key: (kind, id)
-- names: JSON array in the order of the alphabet.
WITH tagged AS (
    -- The first ten come with a contact; who has more was asked for all.
    SELECT 'contact' AS kind, contact_id AS id, id AS tag_id, CAST(NULL AS VARCHAR) AS name FROM intercom_live.contact_tags
    UNION ALL
    SELECT 'contact', contact_id, id, name FROM intercom_live.contact_all_tags
    UNION ALL
    SELECT 'company', company_id, id, name FROM intercom_live.company_tags
    UNION ALL
    SELECT 'conversation', conversation_id, id, name FROM intercom_live.conversation_tags
    UNION ALL
    SELECT 'ticket', ticket_id, id, name FROM intercom_live.ticket_tags
),

named AS (
    SELECT DISTINCT tagged.kind, tagged.id, coalesce(tags.name, tagged.name) AS name
    FROM intercom_live.tags AS tags
    RIGHT JOIN tagged ON tagged.tag_id = tags.id
)

SELECT kind, id, json_list(NULL, json_quote(name)) AS names
FROM named
GROUP BY kind, id
