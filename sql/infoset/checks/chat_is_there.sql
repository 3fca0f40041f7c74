-- chats that tickets name are there: Infoset deletes them after three months
-- severity: warn
SELECT 'conversations' AS table_name, 'infoset:ticket:' || ticket_id AS source_key,
    'chat ' || room_id || ' is named in its log and was deleted by Infoset before it was read' AS reason
FROM intercom.base_lost_chats
