-- one row per object that has filled custom properties, its values as one JSON object; key: (scope, owner_key)
-- Contacts of one e-mail share it: the first that has filled a property tells its value. A room of a ticket adds to the ticket's.
WITH owned AS (
    SELECT
        values.*,
        CASE values.scope
            WHEN 'ticket' THEN 'infoset:ticket:' || values.id
            WHEN 'room' THEN rooms.thread_key
            WHEN 'contact' THEN contacts.contact_key
            ELSE 'infoset:' || values.scope || ':' || values.id
        END AS owner_key
    FROM base_custom_values AS values
    LEFT JOIN base_contacts AS contacts ON values.scope = 'contact' AND contacts.id = values.id
    LEFT JOIN base_rooms AS rooms ON values.scope = 'room' AND rooms.id = values.id
    WHERE NOT values.left_out
),

once AS (
    SELECT
        CASE scope WHEN 'room' THEN 'ticket' ELSE scope END                                 AS scope,
        owner_key, key, attribute, label, value, as_entered,
        row_number() OVER (PARTITION BY owner_key, attribute ORDER BY CASE scope WHEN 'ticket' THEN 0 ELSE 1 END, id) AS nth
    FROM owned
    WHERE owner_key IS NOT NULL
)

SELECT
    scope,
    owner_key,
    '{' || array_to_string(array_sort(array_agg(json_quote(attribute) || ':' || value) FILTER (WHERE value IS NOT NULL)), ',') || '}' AS custom_attributes,
    string_agg(CASE WHEN value IS NULL THEN label || ': ' || as_entered END, '; ' ORDER BY key) AS as_entered
FROM once
WHERE nth = 1
GROUP BY scope, owner_key
