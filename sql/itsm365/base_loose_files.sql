-- one row per file or picture that Intercom has no place for; key: source_key
-- Files of articles, and of changes, problems and tasks that are not conversations and not told in notes: `deskferry report files` packs
-- them. One without sha256 could not be had.
WITH listed AS (
    SELECT 'file' AS kind, files.uuid, files.about, files.title AS name, CAST(NULL AS VARCHAR) AS place, stored.sha256, stored.size, stored.content_type
    FROM base_listed_files AS files
    LEFT JOIN base_stored_files AS stored ON stored.uuid = files.uuid
    UNION ALL
    SELECT 'picture', uuid, about, name, place, sha256, size, content_type FROM base_pictures
),

homeless AS (
    SELECT
        listed.*,
        fates.kind                                                                          AS about_kind,
        coalesce(objects.name, tasks.name, fates.uuid)                                      AS about_name,
        fates.target_key                                                                    AS about_key,
        row_number() OVER (PARTITION BY coalesce(listed.uuid, listed.about || listed.place) ORDER BY listed.kind, listed.about) AS occurrence
    FROM listed
    JOIN base_fates AS fates ON fates.uuid = listed.about AND fates.target_table <> 'conversations'
    LEFT JOIN (
        SELECT uuid, coalesce(nullif(trim(title), ''), CAST(number AS VARCHAR)) AS name FROM itsm365.changes
        UNION ALL SELECT uuid, name FROM base_problems
    ) AS objects ON objects.uuid = listed.about
    LEFT JOIN base_tasks AS tasks ON tasks.uuid = listed.about
    LEFT JOIN (SELECT DISTINCT uuid FROM base_files WHERE uuid IS NOT NULL) AS attached ON attached.uuid = listed.uuid
    WHERE attached.uuid IS NULL AND fates.target_table <> 'conversation_parts'
)

SELECT
    CASE WHEN uuid IS NULL THEN 'itsm365:inventory:picture:' || stable_key(about, place) ELSE 'itsm365:inventory:' || replace(uuid, '$', ':') END AS source_key,
    kind || ' of a ' || about_kind                                                          AS kind,
    uuid,
    about_key,
    about_name,
    coalesce(nullif(trim(name), ''), uuid, 'picture')                                       AS name,
    sha256,
    size,
    content_type
FROM homeless
WHERE occurrence = 1
UNION ALL
SELECT
    'itsm365:inventory:article_file:' || split_part(files.uuid, '$', 2) AS source_key,
    'file of an article' AS kind,
    files.uuid,
    pages.source_key AS about_key,
    pages.title AS about_name,
    coalesce(nullif(trim(files.title), ''), files.uuid) AS name,
    stored.sha256,
    stored.size,
    stored.content_type
FROM itsm365.kb_files AS files
LEFT JOIN base_pages AS pages ON pages.uuid = files.article
LEFT JOIN base_stored_files AS stored ON stored.uuid = files.uuid
