-- one row per attribute of a custom object type; key: (object_type, name)
-- Types are made by hand: this is what to make. Those of Halo's custom fields follow the built-in ones.
WITH built_in AS (
    SELECT column1 AS object_type, column2 AS place, column3 AS name, column4 AS data_type, column5 AS description
    FROM (VALUES
        ('Contract', 1, 'Halo contract ID', 'text', 'Number of the contract in Halo'),
        ('Contract', 2, 'Reference', 'text', 'Reference'),
        ('Contract', 3, 'Description', 'text', 'Second line of the reference'),
        ('Contract', 4, 'Company', 'text', 'Name of the client'),
        ('Contract', 5, 'Contract type', 'text', 'Type of contract'),
        ('Contract', 6, 'Status', 'text', 'Status in Halo'),
        ('Contract', 7, 'Active', 'boolean', 'Whether it is active'),
        ('Contract', 8, 'Start date', 'date', 'First day'),
        ('Contract', 9, 'End date', 'date', 'Last day'),
        ('Contract', 10, 'Value', 'decimal', 'Charge for each billing period'),
        ('Contract', 11, 'Billing period', 'number', 'Billing period, as Halo numbers it'),
        ('Contract', 12, 'Next invoice', 'date', 'Date of the next invoice'),
        ('Contract', 13, 'SLA', 'text', 'SLA of the contract'),
        ('Contract', 14, 'Note', 'text', 'Note'),
        ('Opportunity', 1, 'Halo opportunity ID', 'text', 'Number of the opportunity in Halo'),
        ('Opportunity', 2, 'Name', 'text', 'Its subject'),
        ('Opportunity', 3, 'Company', 'text', 'Name of the client, or of the prospect'),
        ('Opportunity', 4, 'Contact', 'text', 'Name of the contact, or of the prospect'),
        ('Opportunity', 5, 'Contact e-mail', 'text', 'E-mail of the prospect'),
        ('Opportunity', 6, 'Contact phone', 'text', 'Phone number of the prospect'),
        ('Opportunity', 7, 'Value', 'decimal', 'Value'),
        ('Opportunity', 8, 'Probability', 'decimal', 'Probability in per cent'),
        ('Opportunity', 9, 'Weighted value', 'decimal', 'Value by probability'),
        ('Opportunity', 10, 'Stage', 'text', 'Stage of the pipeline'),
        ('Opportunity', 11, 'Status', 'text', 'Status in Halo'),
        ('Opportunity', 12, 'Agent', 'text', 'Who works on it'),
        ('Opportunity', 13, 'Reason', 'text', 'Why it was won or lost'),
        ('Opportunity', 14, 'Target date', 'date', 'Target date'),
        ('Opportunity', 15, 'Closed on', 'date', 'When it was closed'),
        ('Opportunity', 16, 'Details', 'text', 'Details'),
        ('Asset', 1, 'Halo asset ID', 'text', 'Number of the asset in Halo'),
        ('Asset', 2, 'Inventory number', 'text', 'Inventory number'),
        ('Asset', 3, 'Name', 'text', 'Key field'),
        ('Asset', 4, 'Key field 2', 'text', 'Second key field'),
        ('Asset', 5, 'Key field 3', 'text', 'Third key field'),
        ('Asset', 6, 'Asset type', 'text', 'Type'),
        ('Asset', 7, 'Company', 'text', 'Name of the client'),
        ('Asset', 8, 'Site', 'text', 'Name of the site'),
        ('Asset', 9, 'User', 'text', 'Who uses it'),
        ('Asset', 10, 'Status', 'text', 'Status in Halo'),
        ('Asset', 11, 'Inactive', 'boolean', 'Whether it is out of use'),
        ('Asset', 12, 'Warranty until', 'date', 'End of the warranty'),
        ('Asset', 13, 'Contract', 'text', 'Reference of its contract'),
        ('Asset', 14, 'Fields', 'text', 'Fields of its type')
    ) AS built_in
),

types AS (
    SELECT 'Contract' AS object_type, 'contract' AS scope, TRUE AS wanted FROM base_settings
    UNION ALL
    SELECT 'Opportunity', 'opportunity', optional_objects LIKE '%opportunities%' FROM base_settings
    UNION ALL
    SELECT 'Asset', 'asset', optional_objects LIKE '%assets%' FROM base_settings
),

-- Opportunities are tickets: their fields are those of tickets.
custom AS (
    SELECT types.object_type, 1000 + fields.id AS place, fields.attribute AS name,
        CASE fields.kind WHEN 'datetime' THEN 'date' WHEN 'integer' THEN 'number' WHEN 'string' THEN 'text' ELSE fields.kind END AS data_type,
        'Halo custom field ' || fields.id AS description
    FROM (SELECT DISTINCT scope, field_id FROM base_custom_values WHERE is_defined AND NOT left_out) AS held
    JOIN base_custom_fields AS fields ON fields.id = held.field_id
    JOIN types ON types.scope = held.scope
)

SELECT all_attributes.*, types.wanted
FROM (SELECT * FROM built_in UNION ALL SELECT * FROM custom) AS all_attributes
JOIN types ON types.object_type = all_attributes.object_type
