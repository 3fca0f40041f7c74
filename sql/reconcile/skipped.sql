-- Source rows that become no Intercom row, by rule.
SELECT source_table AS "table", rule, count(*) AS row_count, min(source_id) AS example
FROM intercom.dispositions
WHERE target_key IS NULL
GROUP BY source_table, rule
ORDER BY source_table, rule
