-- companies that conversations, tickets and people name and that Intercom does not list, as nobody belongs to them: asked for by id
SELECT DISTINCT named.id AS key
FROM (
    SELECT company_id AS id FROM intercom_live.conversations
    UNION ALL
    SELECT company_id AS id FROM intercom_live.tickets
    UNION ALL
    SELECT id FROM intercom_live.contact_companies
    UNION ALL
    SELECT id FROM intercom_live.contact_all_companies
) AS named
WHERE named.id <> '' AND NOT EXISTS (SELECT 1 FROM intercom_live.companies AS listed WHERE listed.id = named.id)
