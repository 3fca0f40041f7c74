-- the ids by which Intercom tells rows apart are unique and not empty
-- severity: error
SELECT
    table_name,
    source_key,
    CASE WHEN trim(id) = '' THEN 'its id for Intercom is empty' ELSE 'another row has its id for Intercom' END AS reason
FROM (
    SELECT
        table_name,
        source_key,
        id,
        row_number() OVER (PARTITION BY table_name, object_type, id ORDER BY source_key) AS nth
    FROM (
        SELECT 'contacts' AS table_name, source_key, '' AS object_type, external_id AS id
        FROM intercom.contacts
        UNION ALL
        SELECT 'companies' AS table_name, source_key, '' AS object_type, company_id AS id
        FROM intercom.companies
        UNION ALL
        SELECT 'custom_objects' AS table_name, source_key, object_type, external_id AS id
        FROM intercom.custom_objects
    ) AS ids
) AS numbered
WHERE nth > 1 OR trim(id) = ''
