-- To rebuild by hand
-- One line for each kind; the inventory has every one with its settings.
SELECT 'Rebuild ' || count(*) || ' × ' || kind AS task, min(recommendation) AS "for example"
FROM intercom.inventory
WHERE kind NOT LIKE 'switch off%'
GROUP BY kind
ORDER BY kind
