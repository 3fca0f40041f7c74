-- one row per deal; key: infoset:deal:<id>
-- Attributes of custom objects are texts in the API; days are YYYY-MM-DD. A deal belongs to its contacts and its tickets.
WITH people AS (
    SELECT deal_id, '[' || string_agg(json_quote(contact_key), ',' ORDER BY position) || ']' AS contact_keys
    FROM base_deal_people
    GROUP BY deal_id
),

tickets AS (
    SELECT deal_id, '[' || string_agg(json_quote(thread_key), ',' ORDER BY json_quote(thread_key)) || ']' AS conversation_keys
    FROM base_deal_tickets
    GROUP BY deal_id
)

SELECT
    'infoset:deal:' || deals.id                                                             AS source_key,
    'Deal'                                                                                  AS object_type,
    'infoset:deal:' || deals.id                                                             AS external_id,
    deals.created                                                                           AS external_created_at,
    deals.updated                                                                           AS external_updated_at,
    people.contact_keys,
    tickets.conversation_keys,
    merge_json(
        attributes(
            'Infoset deal ID', CAST(deals.id AS VARCHAR),
            'Name', coalesce(nullif(trim(deals.name), ''), 'Deal ' || deals.id),
            'Value', deals.amount,
            'Currency', nullif(trim(deals.currency), ''),
            'Close date', to_char(deals.close_date, '%Y-%m-%d'),
            'Stage', stages.stage,
            'Pipeline', stages.pipeline,
            'Status', coalesce(statuses.name, nullif(trim(deals.status), '')),
            'Owner', owners.names,
            'Company', companies.name),
        custom.custom_attributes)                                                           AS custom_attributes
FROM infoset.deals AS deals
LEFT JOIN people ON people.deal_id = deals.id
LEFT JOIN tickets ON tickets.deal_id = deals.id
LEFT JOIN base_stages AS stages ON stages.kind = 'deal' AND stages.id = deals.stage_id AND stages.pipeline_id = deals.pipeline_id
LEFT JOIN mapping.deal_statuses AS statuses ON statuses.status = lower(trim(deals.status))
LEFT JOIN base_companies AS companies ON companies.id = deals.company_id
LEFT JOIN (
    SELECT id, string_agg(name, ', ' ORDER BY position) AS names FROM base_owners WHERE kind = 'deal' GROUP BY id
) AS owners ON owners.id = deals.id
LEFT JOIN base_custom_attributes AS custom ON custom.scope = 'deal' AND custom.owner_key = 'infoset:deal:' || deals.id
