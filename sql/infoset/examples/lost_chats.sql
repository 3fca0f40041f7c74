-- Which chats do tickets name that Infoset had deleted before they were read?
SELECT ticket_id, room_id, CAST(CAST(named_at AS DATE) AS VARCHAR) AS named_on
FROM intercom.base_lost_chats
ORDER BY base_lost_chats.named_at, ticket_id, room_id
