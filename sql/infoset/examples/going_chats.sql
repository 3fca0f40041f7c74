-- Which chats will Infoset delete next? It keeps them for 90 days on standard plans.
SELECT id, channel, created, created + INTERVAL '90 days' AS goes_at
FROM infoset.rooms
ORDER BY created, id
LIMIT 100
