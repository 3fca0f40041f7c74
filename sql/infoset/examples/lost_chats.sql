-- Which chats do tickets name that Infoset had deleted before they were read?
SELECT ticket_id, room_id, named_at FROM intercom.base_lost_chats ORDER BY named_at, ticket_id, room_id
