-- mapping/channels.csv knows every channel of tickets and rooms
-- severity: warn
SELECT 'conversations' AS table_name, min(named.source_key) AS source_key,
    'channel "' || named.channel || '" is not in mapping/channels.csv; conversations with it: ' || count(*) AS reason
FROM (
    SELECT source_key, channel FROM intercom.base_tickets
    UNION ALL
    SELECT source_key, channel FROM intercom.base_rooms
) AS named
LEFT JOIN mapping.channels AS channels ON channels.channel = lower(trim(named.channel))
WHERE named.channel IS NOT NULL AND channels.channel IS NULL
GROUP BY named.channel
