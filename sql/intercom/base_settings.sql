-- one row: what the settings say of keys
-- An attribute may be named as Intercom's API does, `custom_attributes.crm_id`, or by its name alone.
SELECT
    regexp_replace(coalesce(max(value) FILTER (WHERE key = 'source.user_id_field'), 'external_id'), '^custom_attributes[.]', '')   AS user_id_field,
    regexp_replace(coalesce(max(value) FILTER (WHERE key = 'source.company_id_field'), 'company_id'), '^custom_attributes[.]', '') AS company_id_field
FROM settings
