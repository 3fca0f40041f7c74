-- one row: the settings that models use, as columns
SELECT
    coalesce(max(CASE WHEN key = 'transform.history' THEN value END), 'notes')              AS history,
    coalesce(max(CASE WHEN key = 'load.tickets_as' THEN value END), 'conversation')         AS tickets_as,
    coalesce(max(CASE WHEN key = 'source.own_mailboxes' THEN value END), '')                AS own_mailboxes,
    coalesce(max(CASE WHEN key = 'source.companies' THEN value END), 'company')             AS companies,
    coalesce(max(CASE WHEN key = 'source.changes' THEN value END), 'custom_object')         AS changes,
    coalesce(max(CASE WHEN key = 'source.problems' THEN value END), 'custom_object')        AS problems,
    coalesce(max(CASE WHEN key = 'source.archived' THEN value END), 'keep')                 AS archived,
    coalesce(max(CASE WHEN key = 'source.priority_tags' THEN value END), 'separate')        AS priority_tags,
    -- The tenant's address, without the part of the API: people look at objects below it.
    coalesce(
        max(CASE WHEN key = 'source.site_url' THEN regexp_replace(value, '/+$', '') END),
        regexp_replace(max(CASE WHEN key = 'source.url' THEN value END), '/services/rest/*$', '')) AS site_url
FROM settings
