-- Tickets and conversations by month
-- Everything that is brought over, by the month it began in and the channel it came by. As CSV: deskferry sql --file
-- sql/infoset/report/figures/10_volumes.sql --format csv --out volumes.csv; the other figures likewise.
-- stack: email, form, chat, social, call, other
SELECT
    to_char(created_at, '%Y-%m')                                                            AS month,
    count(*)                                                                                AS total,
    count(CASE WHEN channel_source = 'email' THEN 1 END)                                    AS email,
    count(CASE WHEN channel_source = 'form' THEN 1 END)                                     AS form,
    count(CASE WHEN channel_source = 'chat' THEN 1 END)                                     AS chat,
    count(CASE WHEN channel_source = 'social' THEN 1 END)                                   AS social,
    count(CASE WHEN channel_source = 'call' THEN 1 END)                                     AS call,
    count(CASE WHEN channel_source NOT IN ('email', 'form', 'chat', 'social', 'call') THEN 1 END) AS other,
    count(CASE WHEN state = 'closed' THEN 1 END)                                            AS closed
FROM intercom.base_thread_facts
GROUP BY to_char(created_at, '%Y-%m')
ORDER BY month
