-- What kinds of files are attached, how many and how large?
SELECT content_type, count(*) AS files, sum(size) AS bytes, max(size) AS largest, count(DISTINCT sha256) AS different
FROM intercom.attachments
GROUP BY content_type
ORDER BY bytes DESC, content_type
