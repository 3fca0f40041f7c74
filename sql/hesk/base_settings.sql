-- one row: the settings that models use, as columns
-- What the migration's settings leave out, the desk's own settings file may know.
WITH desk AS (
    SELECT
        max(CASE WHEN key = 'timezone' THEN nullif(trim(value), '') END)                   AS timezone,
        max(CASE WHEN key = 'language' THEN nullif(trim(value), '') END)                   AS language,
        max(CASE WHEN key = 'hesk_url' THEN nullif(trim(value), '') END)                   AS site_url,
        max(CASE WHEN key = 'reader' THEN value END)                                       AS reader
    FROM hesk.settings
),

ours AS (
    SELECT
        max(CASE WHEN key = 'source.timezone' THEN value END)                              AS timezone,
        max(CASE WHEN key = 'source.language' THEN value END)                              AS language,
        max(CASE WHEN key = 'source.site_url' THEN value END)                              AS site_url,
        max(CASE WHEN key = 'transform.history' THEN value END)                            AS history,
        max(CASE WHEN key = 'privacy.ip_addresses' THEN value END)                         AS ip_addresses,
        max(CASE WHEN key = 'privacy.anonymised' THEN value END)                           AS anonymised,
        max(CASE WHEN key = 'source.own_mailboxes' THEN value END)                         AS own_mailboxes
    FROM settings
)

SELECT
    coalesce(ours.timezone, desk.timezone, 'UTC')                                          AS timezone,
    coalesce(ours.language, desk.language, 'English')                                      AS language,
    coalesce(ours.site_url, desk.site_url)                                                 AS site_url,
    coalesce(ours.history, 'notes')                                                        AS history,
    coalesce(ours.ip_addresses, 'flag')                                                    AS ip_addresses,
    coalesce(ours.anonymised, 'flag')                                                      AS anonymised,
    coalesce(ours.own_mailboxes, '')                                                       AS own_mailboxes,
    coalesce(desk.reader = 'export_zip', FALSE)                                            AS from_export
FROM ours
CROSS JOIN desk
