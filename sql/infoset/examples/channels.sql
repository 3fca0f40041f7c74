-- By which channels do threads come, and how many hold more than one?
SELECT
    (custom_attributes ->> 'channel_source') AS channel_source,
    count(*) AS threads,
    count((custom_attributes ->> 'Infoset channels of the thread')) AS on_several
FROM intercom.conversations
GROUP BY (custom_attributes ->> 'channel_source')
ORDER BY threads DESC, channel_source
