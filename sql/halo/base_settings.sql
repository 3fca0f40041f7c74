-- one row: the settings that models use, as columns
SELECT
    coalesce(max(CASE WHEN key = 'transform.history' THEN value END), 'notes')             AS history,
    coalesce(max(CASE WHEN key = 'transform.optional_objects' THEN value END), '')         AS optional_objects,
    coalesce(max(CASE WHEN key = 'source.own_mailboxes' THEN value END), '')               AS own_mailboxes,
    -- Host and port of the API and of the portal, as a pattern: links to them are links inside the desk.
    array_to_string([
        replace(regexp_replace(max(CASE WHEN key = 'source.url' THEN value END), '^(https?://[^/]*).*$', '\1'), '.', '[.]'),
        replace(regexp_replace(max(CASE WHEN key = 'source.site_url' THEN value END), '^(https?://[^/]*).*$', '\1'), '.', '[.]')
    ], '|')                                                                                AS own_hosts
FROM settings
