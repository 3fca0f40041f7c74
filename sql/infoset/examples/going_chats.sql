-- Which chats will Infoset delete next? It keeps them for 90 days on standard plans.
SELECT id, channel, CAST(CAST(created AS DATE) AS VARCHAR) AS began_on, CAST(CAST(created + INTERVAL '90 days' AS DATE) AS VARCHAR) AS goes_on
FROM infoset.rooms
ORDER BY created, id
LIMIT 100
