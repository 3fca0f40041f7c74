-- one row per ticket without its messages; key: id
SELECT
    tickets.*,
    types.name                                                                              AS type,
    people.contact_keys,
    people.first_key,
    tags.names                                                                              AS tags,
    coalesce(tickets.parts_total, 0) > coalesce(shown.parts, 0)                             AS truncated
FROM base_tags AS tags
RIGHT JOIN intercom_live.tickets AS tickets ON tags.kind = 'ticket' AND tags.id = tickets.id
LEFT JOIN intercom_live.ticket_types AS types ON types.id = tickets.ticket_type_id
LEFT JOIN base_people AS people ON people.thread_key = 'intercom:ticket:' || tickets.id
LEFT JOIN base_shown AS shown ON shown.thread_key = 'intercom:ticket:' || tickets.id
