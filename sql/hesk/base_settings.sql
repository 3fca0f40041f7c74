-- one row: the settings that models use, as columns
SELECT
    coalesce(max(CASE WHEN key = 'source.timezone' THEN value END), 'UTC')                 AS timezone,
    coalesce(max(CASE WHEN key = 'source.language' THEN value END), 'English')             AS language,
    max(CASE WHEN key = 'source.site_url' THEN value END)                                  AS site_url,
    coalesce(max(CASE WHEN key = 'transform.history' THEN value END), 'notes')             AS history,
    coalesce(max(CASE WHEN key = 'privacy.ip_addresses' THEN value END), 'flag')           AS ip_addresses,
    coalesce(max(CASE WHEN key = 'privacy.anonymised' THEN value END), 'flag')             AS anonymised,
    coalesce(max(CASE WHEN key = 'source.own_mailboxes' THEN value END), '')               AS own_mailboxes
FROM settings
