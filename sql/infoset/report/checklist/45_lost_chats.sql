-- Chats that Infoset had deleted
-- Standard plans keep chats for three months: these are named by tickets and were gone before they were read. Ask the vendor for a
-- backup, or let it be known that they are not coming.
SELECT lost.ticket_id AS ticket, lost.room_id AS chat, lost.named_at AS "linked at", tickets.title
FROM intercom.base_lost_chats AS lost
JOIN intercom.base_tickets AS tickets ON tickets.id = lost.ticket_id
ORDER BY lost.named_at, lost.room_id
