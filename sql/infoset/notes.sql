-- one row per entry of a deal's log that somebody wrote, on the deal's first contact; key: infoset:deal_log:<id>
-- Custom objects have no notes in Intercom.
SELECT
    'infoset:deal_log:' || logs.id                                                          AS source_key,
    people.contact_key                                                                      AS parent_key,
    agents.source_key                                                                       AS author_key,
    coalesce(agents.name, nullif(trim(logs.user_name), ''))                                 AS author_name,
    '<p><em>Deal: ' || escape_html(coalesce(nullif(trim(deals.name), ''), CAST(deals.id AS VARCHAR))) || '</em></p>'
        || CASE WHEN logs.notes LIKE '%</%' THEN clean_html(logs.notes) ELSE text_to_html(trim(logs.notes)) END AS body,
    logs.created                                                                            AS created_at
FROM infoset.deal_logs AS logs
JOIN infoset.deals AS deals ON deals.id = logs.deal_id
JOIN base_deal_people AS people ON people.deal_id = deals.id AND people.position = 1
LEFT JOIN base_agents AS agents ON agents.id = logs.user_id
WHERE trim(logs.notes) <> ''
