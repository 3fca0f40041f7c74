-- one row per contact of a deal, in the source's order; key: (deal_id, contact_key)
WITH numbers AS (
    SELECT id, unnest(numbers) AS number, unnest(range(1, CAST(array_length(numbers) AS BIGINT) + 1)) AS place
    FROM (
        SELECT id, string_to_array(regexp_replace(contact_ids, '[^0-9,]', '', 'g'), ',') AS numbers
        FROM infoset.deals
        WHERE contact_ids IS NOT NULL
    ) AS split
)

SELECT
    numbers.id                                                                              AS deal_id,
    contacts.contact_key,
    row_number() OVER (PARTITION BY numbers.id ORDER BY min(numbers.place))                 AS position
FROM numbers
JOIN base_contacts AS contacts ON CAST(contacts.id AS VARCHAR) = numbers.number AND contacts.contact_key IS NOT NULL
GROUP BY numbers.id, contacts.contact_key
