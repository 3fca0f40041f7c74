-- one row per article with pictures that Intercom could not fetch; key: uuid
-- It fetches pictures by their address; those of ITSM 365 need the access key.
SELECT
    key                                                                                     AS uuid,
    '[' || string_agg(json_quote(place), ',' ORDER BY place) || ']'                         AS places,
    string_agg(coalesce(nullif(trim(name), ''), place) || coalesce(' (' || sha256 || ')', ''), ', ' ORDER BY place) AS pictures
FROM itsm365.files
WHERE table_name = 'kb' AND place <> '' AND (sha256 IS NULL OR (place NOT LIKE 'http%' AND place NOT LIKE 'data:%') OR place LIKE '%download?uuid=%')
GROUP BY key
