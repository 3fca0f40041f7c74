-- one row per agent who has a ticket, conversation, contact or deal, in the source's order; key: (kind, id, user_id)
-- Lists of numbers, a single number, or a list of objects: the number is what counts.
WITH lists AS (
    SELECT 'ticket' AS kind, id, owner_ids FROM infoset.tickets
    UNION ALL
    SELECT 'room', id, owner_ids FROM infoset.rooms
    UNION ALL
    SELECT 'contact', id, owner_ids FROM infoset.contacts
    UNION ALL
    SELECT 'deal', id, owner_ids FROM infoset.deals
),

numbers AS (
    SELECT kind, id, unnest(numbers) AS user_id, unnest(range(1, CAST(array_length(numbers) AS BIGINT) + 1)) AS place
    FROM (
        SELECT kind, id, string_to_array(regexp_replace(owner_ids, '[^0-9,]', '', 'g'), ',') AS numbers
        FROM lists
        WHERE owner_ids IS NOT NULL
    ) AS split
)

SELECT
    numbers.kind,
    numbers.id,
    CAST(numbers.user_id AS BIGINT)                                                         AS user_id,
    agents.source_key                                                                       AS agent_key,
    coalesce(agents.name, 'Agent ' || numbers.user_id)                                      AS name,
    row_number() OVER (PARTITION BY numbers.kind, numbers.id ORDER BY min(numbers.place))   AS position
FROM numbers
LEFT JOIN base_agents AS agents ON CAST(agents.id AS VARCHAR) = numbers.user_id
WHERE numbers.user_id <> '' AND length(numbers.user_id) < 19 AND numbers.user_id <> '0'
GROUP BY numbers.kind, numbers.id, numbers.user_id, agents.source_key, agents.name
