-- one row: the settings that models use, as columns
SELECT
    coalesce(max(CASE WHEN key = 'transform.history' THEN value END), 'notes')             AS history,
    coalesce(max(CASE WHEN key = 'load.tickets_as' THEN value END), 'conversation')        AS tickets_as,
    coalesce(max(CASE WHEN key = 'source.own_mailboxes' THEN value END), '')               AS own_mailboxes,
    TRY_CAST(max(CASE WHEN key = 'source.mail_accounts_max' THEN value END) AS BIGINT)     AS mail_accounts_max,
    TRY_CAST(max(CASE WHEN key = 'source.chat_widgets_max' THEN value END) AS BIGINT)      AS chat_widgets_max,
    -- Where agents look at a ticket, and hosts of the help center, as a pattern: links to them are links inside the desk.
    coalesce(regexp_replace(max(CASE WHEN key = 'source.site_url' THEN value END), '/+$', ''), 'https://dashboard.infoset.app') AS site_url,
    array_to_string([
        'https?://(?:[a-z0-9-]+[.])*infoset[.]app',
        replace(regexp_replace(max(CASE WHEN key = 'source.help_url' AND value <> '' THEN value END), '^(https?://[^/]*).*$', '\1'), '.', '[.]'),
        replace(regexp_replace(max(CASE WHEN key = 'source.url' THEN value END), '^(https?://[^/]*).*$', '\1'), '.', '[.]'),
        replace(regexp_replace(max(CASE WHEN key = 'source.site_url' THEN value END), '^(https?://[^/]*).*$', '\1'), '.', '[.]')
    ], '|')                                                                                AS own_hosts
FROM settings
