-- one row: the settings that models use, as columns
SELECT
    coalesce(max(CASE WHEN key = 'transform.history' THEN value END), 'notes')             AS history,
    coalesce(max(CASE WHEN key = 'transform.optional_objects' THEN value END), '')         AS optional_objects,
    coalesce(max(CASE WHEN key = 'source.own_mailboxes' THEN value END), '')               AS own_mailboxes
FROM settings
