-- a custom field becomes an attribute of the object that Halo defines it for, and is held by such objects only
-- severity: stop
SELECT
    'attributes' AS table_name,
    source_key,
    'custom field "' || halo_label || '" (' || id || ') is a ' || scope || '''s in Halo and mapping/attributes.csv makes it an attribute of a ' || mapped_model AS reason
FROM intercom.base_custom_fields
WHERE mapped_model IS NOT NULL AND mapped_model IS DISTINCT FROM model
UNION ALL
SELECT
    'attributes' AS table_name,
    'halo:custom_field:' || held.field_id,
    'custom field "' || held.label || '" (' || held.field_id || ') is a ' || held.field_scope || '''s in Halo, but ' || count(*) || ' ' || held.scope || 's hold it, such as '
        || min(held.owner_id)
FROM intercom.base_custom_values AS held
WHERE held.is_defined AND held.field_scope <> held.scope
    -- Opportunities are tickets to Halo.
    AND NOT (held.scope = 'opportunity' AND held.field_scope = 'ticket')
    AND held.field_scope NOT LIKE 'usage %'
GROUP BY held.field_id, held.label, held.field_scope, held.scope
