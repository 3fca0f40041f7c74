-- one row per attribute of a custom object type; key: (object_type, name)
-- Types are made by hand: this is what to make.
SELECT column1 AS object_type, column2 AS place, column3 AS name, column4 AS data_type, column5 AS description
FROM (VALUES
    ('change_request', 1, 'change_id', 'text', 'What the change is called, such as RFC512'),
    ('change_request', 2, 'number', 'text', 'Number'),
    ('change_request', 3, 'title', 'text', 'Subject'),
    ('change_request', 4, 'type', 'text', 'Type of the change'),
    ('change_request', 5, 'risk', 'text', 'Risk'),
    ('change_request', 6, 'implementation_date', 'date', 'When it is carried out'),
    ('change_request', 7, 'status', 'text', 'Status'),
    ('change_request', 8, 'priority', 'text', 'Priority'),
    ('change_request', 9, 'responsible', 'text', 'Who is responsible'),
    ('change_request', 10, 'approval_status', 'text', 'Status of the last approval'),
    ('change_request', 11, 'approvals', 'text', 'What those said who were asked'),
    ('change_request', 12, 'description', 'text', 'Description'),
    ('change_request', 13, 'comments', 'text', 'What was said about it, in order of time'),
    ('change_request', 14, 'archived', 'boolean', 'Archived in ITSM 365'),
    ('problem_record', 1, 'problem_id', 'text', 'What the problem is called, such as PRB44'),
    ('problem_record', 2, 'number', 'text', 'Number'),
    ('problem_record', 3, 'title', 'text', 'Subject'),
    ('problem_record', 4, 'status', 'text', 'Status'),
    ('problem_record', 5, 'root_cause', 'text', 'Root cause'),
    ('problem_record', 6, 'known_error', 'boolean', 'Whether it is a known error'),
    ('problem_record', 7, 'workaround', 'text', 'Workaround'),
    ('problem_record', 8, 'priority', 'text', 'Priority'),
    ('problem_record', 9, 'responsible', 'text', 'Who is responsible'),
    ('problem_record', 10, 'service', 'text', 'Service'),
    ('problem_record', 11, 'description', 'text', 'Description'),
    ('problem_record', 12, 'comments', 'text', 'What was said about it, in order of time'),
    ('problem_record', 13, 'archived', 'boolean', 'Archived in ITSM 365')
) AS attributes
