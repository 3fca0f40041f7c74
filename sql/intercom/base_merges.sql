-- one row per contact that was merged into another one, with the one that is left at the end; key: id
-- Intercom follows three merges in a row, so do we. A history that names somebody again who was merged on is not the newest.
WITH merges AS (
    SELECT
        merges.id,
        merges.contact_id                                                                   AS into_id,
        row_number() OVER (
            PARTITION BY merges.id
            ORDER BY again.id IS NOT NULL, merges.merged_at DESC NULLS LAST, merges.contact_id) AS nth
    FROM (SELECT DISTINCT id FROM intercom_live.contact_merges) AS again
    RIGHT JOIN intercom_live.contact_merges AS merges ON again.id = merges.contact_id
),

next AS (
    SELECT id, into_id FROM merges WHERE nth = 1 AND id <> into_id
),

chains AS (
    SELECT first.id, coalesce(third.into_id, second.into_id, first.into_id)                 AS into_id
    FROM next AS first
    LEFT JOIN next AS second ON second.id = first.into_id
    LEFT JOIN next AS third ON third.id = second.into_id
)

SELECT id, into_id FROM chains WHERE id <> into_id
