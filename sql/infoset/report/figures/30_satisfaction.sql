-- Satisfaction by month
-- Ratings of tickets and chats, from 1 to 5; satisfied are those of 4 and 5.
SELECT
    to_char(created, '%Y-%m')                                                               AS month,
    count(*)                                                                                AS ratings,
    round(avg(score), 2)                                                                    AS average,
    round(100.0 * count(CASE WHEN score >= 4 THEN 1 END) / count(*), 1)                     AS "satisfied %",
    count(CASE WHEN score = 1 THEN 1 END)                                                   AS "1",
    count(CASE WHEN score = 2 THEN 1 END)                                                   AS "2",
    count(CASE WHEN score = 3 THEN 1 END)                                                   AS "3",
    count(CASE WHEN score = 4 THEN 1 END)                                                   AS "4",
    count(CASE WHEN score = 5 THEN 1 END)                                                   AS "5"
FROM infoset.ratings
WHERE score IS NOT NULL
GROUP BY to_char(created, '%Y-%m')
ORDER BY month
