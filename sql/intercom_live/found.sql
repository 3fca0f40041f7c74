-- x
SELECT 'a' AS table_name, 'b' AS source_key
