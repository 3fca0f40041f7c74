-- one row per attribute that contacts, companies and conversations use; key: source_key
WITH custom AS (
    SELECT
        scope,
        code,
        min(attribute)                                                                      AS name,
        min(kind)                                                                           AS data_type
    FROM base_custom_values
    GROUP BY scope, code
),

built_in AS (
    SELECT column1 AS model, column2 AS name, column3 AS data_type, column4 AS description, column5 AS multiline
    FROM (VALUES
        ('conversation', 'itsm_ticket_id', 'integer', 'Number in ITSM 365', FALSE),
        ('conversation', 'itsm_type', 'string', 'Incident, service request, enquiry', FALSE),
        ('conversation', 'itsm_status', 'string', 'Status in ITSM 365', FALSE),
        ('conversation', 'itsm_priority', 'string', 'Priority', FALSE),
        ('conversation', 'itsm_urgency', 'string', 'Urgency', FALSE),
        ('conversation', 'itsm_impact', 'string', 'Impact', FALSE),
        ('conversation', 'itsm_category', 'string', 'Category', FALSE),
        ('conversation', 'itsm_subcategory', 'string', 'Subcategories', FALSE),
        ('conversation', 'itsm_service', 'string', 'Service', FALSE),
        ('conversation', 'itsm_channel', 'string', 'How it came in', FALSE),
        ('conversation', 'itsm_sla_name', 'string', 'Agreement that promised the times', FALSE),
        ('conversation', 'itsm_sla_response_due', 'datetime', 'Until when to react', FALSE),
        ('conversation', 'itsm_sla_resolution_due', 'datetime', 'Until when to solve it', FALSE),
        ('conversation', 'itsm_sla_status', 'string', 'Met, Breached or In Progress: whether it was solved in time', FALSE),
        ('conversation', 'itsm_responded_at', 'datetime', 'When work began, or the first answer', FALSE),
        ('conversation', 'itsm_resolution', 'string', 'Code of closing', FALSE),
        ('conversation', 'itsm_resolved_at', 'datetime', 'When it was solved', FALSE),
        ('conversation', 'itsm_approval_status', 'string', 'Status of the last approval', FALSE),
        ('conversation', 'itsm_created_at', 'datetime', 'When it was opened', FALSE),
        ('conversation', 'itsm_updated_at', 'datetime', 'Last change in ITSM 365', FALSE),
        ('conversation', 'itsm_team', 'string', 'Team that was responsible', FALSE),
        ('conversation', 'itsm_configuration_items', 'string', 'Configuration items', TRUE),
        ('conversation', 'itsm_problems', 'string', 'Problems', TRUE),
        ('conversation', 'itsm_changes', 'string', 'Change requests', TRUE),
        ('conversation', 'itsm_mass_problem', 'boolean', 'Others had the same', FALSE),
        ('conversation', 'itsm_rating', 'string', 'How the customer rated it', FALSE),
        ('conversation', 'itsm_requester_phone', 'string', 'Telephone number that was left', FALSE),
        ('conversation', 'itsm_archived', 'boolean', 'Archived in ITSM 365', FALSE),
        ('contact', 'itsm_employee_ids', 'string', 'Numbers of the employees that are this person', FALSE),
        ('contact', 'itsm_department', 'string', 'Department', FALSE),
        ('contact', 'itsm_position', 'string', 'Position', FALSE),
        ('contact', 'itsm_employee_number', 'string', 'Employee number', FALSE),
        ('contact', 'itsm_person_type', 'string', 'Employee or contact person', FALSE),
        ('contact', 'itsm_login', 'string', 'Login in ITSM 365', FALSE),
        ('contact', 'itsm_telegram', 'string', 'Telegram', FALSE),
        ('contact', 'itsm_supervisor', 'string', 'Supervisor', FALSE),
        ('contact', 'itsm_phones', 'string', 'Phone numbers as entered', FALSE),
        ('contact', 'itsm_email_as_entered', 'string', 'An address that is not one', FALSE),
        ('contact', 'itsm_person_without_email', 'boolean', 'Person without an e-mail', FALSE),
        ('contact', 'itsm_locked', 'boolean', 'Locked in ITSM 365', FALSE),
        ('contact', 'itsm_archived', 'boolean', 'Archived in ITSM 365', FALSE),
        ('company', 'itsm_type', 'string', 'Company or department', FALSE),
        ('company', 'ci_type', 'string', 'Type of the configuration item', FALSE),
        ('company', 'itsm_path', 'string', 'What it is a part of, from the top', FALSE),
        ('company', 'itsm_parent', 'string', 'What it is a part of', FALSE),
        ('company', 'itsm_address', 'string', 'Address', FALSE),
        ('company', 'itsm_head', 'string', 'Head', FALSE),
        ('company', 'itsm_departments', 'string', 'Departments', FALSE),
        ('company', 'itsm_owner', 'string', 'Owner of the configuration item', FALSE),
        ('company', 'itsm_number', 'string', 'Number of the configuration item', FALSE),
        ('company', 'itsm_description', 'string', 'Description of the configuration item', FALSE),
        ('company', 'itsm_company_archived', 'boolean', 'Archived in ITSM 365', FALSE)
    ) AS built_in
)

SELECT
    'itsm365:custom_attribute:' || scope || ':' || code                                     AS source_key,
    CASE scope WHEN 'ticket' THEN 'conversation' WHEN 'employee' THEN 'contact' ELSE 'company' END AS model,
    name,
    data_type,
    'Attribute ' || code || ' of ITSM 365'                                                  AS description,
    CAST(NULL AS VARCHAR)                                                                   AS options,
    scope = 'ticket' AND data_type = 'string'                                               AS multiline
FROM custom
CROSS JOIN base_settings
WHERE scope IN ('ticket', 'employee')
    OR scope = 'ou' AND base_settings.companies <> 'configuration_item'
    OR scope = 'ci' AND base_settings.companies = 'configuration_item'
UNION ALL
SELECT
    'itsm365:attribute:' || model || ':' || name, model, name, data_type, description, CAST(NULL AS VARCHAR), multiline
FROM built_in
UNION ALL
-- A ticket refers to no custom objects: an attribute names them.
SELECT
    'itsm365:attribute:conversation:' || object_type, 'conversation', object_type, 'relationship', object_type || ' of the conversation',
    '[' || json_quote(object_type) || ']', FALSE
FROM custom_objects
CROSS JOIN base_settings
WHERE conversation_keys IS NOT NULL AND base_settings.tickets_as <> 'ticket'
GROUP BY object_type
