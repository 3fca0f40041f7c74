-- What the workspace has and no load has sent, where only what was sent should be: messages and notes in loaded threads, files of
-- loaded messages, second conversations and contacts of loaded ones. source_key: of the loaded row that it is in or is like.
WITH newest AS (
    SELECT max(at) AS at FROM ledger.entries
),

sent AS (
    SELECT table_name, source_key, step, intercom_id, parent_id
    FROM ledger.steps
    WHERE state = 'done'
),

threads AS (
    SELECT sent.source_key, live.*
    FROM sent
    JOIN intercom_live.threads AS live ON live.id = sent.intercom_id
    WHERE sent.table_name = 'conversations' AND sent.step = 'create'
),

-- Who took part in a ticket without writing is told in a note, whose id the ledger does not have.
participants AS (
    SELECT live.thread_id, min(live.position) AS position
    FROM intercom_live.messages AS live
    JOIN sent ON sent.table_name = 'conversations' AND sent.step = 'participants' AND sent.parent_id = live.thread_id
    WHERE live.part_type = 'note' AND live.body LIKE '%Also took part: %'
    GROUP BY live.thread_id
),

-- Groups are sorted on disk where memory is short; a join would hold all messages.
strange AS (
    SELECT thread_id, id, max(position) AS position, max(part_type) AS part_type, max(created_at) AS created_at
    FROM (
        SELECT thread_id, id, position, part_type, created_at, 0 AS is_sent
        FROM intercom_live.messages
        WHERE position > 0
        UNION ALL
        SELECT parent_id, intercom_id, NULL, NULL, NULL, 1
        FROM sent
        WHERE table_name IN ('conversation_parts', 'conversations')
    ) AS known
    GROUP BY thread_id, id
    HAVING sum(is_sent) = 0
),

messages AS (
    SELECT strange.thread_id, strange.id, threads.source_key, strange.part_type, strange.created_at
    FROM strange
    JOIN threads ON threads.id = strange.thread_id
    LEFT JOIN participants ON participants.thread_id = strange.thread_id AND participants.position = strange.position
    WHERE participants.position IS NULL
),

other_threads AS (
    SELECT id, max(kind) AS kind, max(contact_id) AS contact_id, max(created_at) AS created_at
    FROM (
        SELECT id, kind, contact_id, created_at, 0 AS is_sent FROM intercom_live.threads
        UNION ALL
        SELECT intercom_id, NULL, NULL, NULL, 1 FROM sent WHERE table_name = 'conversations' AND step = 'create'
    ) AS known
    GROUP BY id
    HAVING sum(is_sent) = 0
),

-- Where no reply has told the id of a message, one that is like none of the others may be it.
untold AS (
    SELECT parent_id AS thread_id, count(*) - 1 AS row_count
    FROM sent
    WHERE table_name = 'conversation_parts' AND intercom_id IS NULL
    GROUP BY parent_id
),

files AS (
    SELECT sent.parent_id AS thread_id, files.part_id, files.name, count(*) AS row_count
    FROM intercom_live.attached AS files
    JOIN sent ON sent.table_name = 'conversation_parts' AND sent.intercom_id = files.part_id
    GROUP BY sent.parent_id, files.part_id, files.name
),

sent_files AS (
    SELECT sent.parent_id AS part_id, attachments.name, count(*) AS row_count
    FROM sent
    JOIN intercom.attachments AS attachments ON attachments.source_key = sent.source_key
    WHERE sent.table_name = 'attachments'
    GROUP BY sent.parent_id, attachments.name
),

contacts AS (
    SELECT sent.source_key, live.id, live.external_id, lower(live.email) AS email
    FROM sent
    JOIN intercom_live.contacts AS live ON live.id = sent.intercom_id
    WHERE sent.table_name = 'contacts' AND sent.step = 'create'
),

strangers AS (
    SELECT live.*
    FROM intercom_live.contacts AS live
    LEFT JOIN contacts ON contacts.id = live.id
    WHERE contacts.id IS NULL AND live.role = 'user'
),

notes AS (
    SELECT contact_id AS parent_id, id, body, 'contacts' AS table_name FROM intercom_live.contact_notes
    UNION ALL
    SELECT company_row_id, id, body, 'companies' FROM intercom_live.company_notes
),

sent_notes AS (
    SELECT DISTINCT sent.source_key, notes.id, notes.parent_id, notes.body
    FROM sent
    JOIN notes ON notes.id = sent.intercom_id
    WHERE sent.table_name = 'notes'
)

SELECT 'conversation_parts' AS "table", messages.source_key, messages.id AS intercom_id, messages.thread_id AS inside,
    CASE WHEN messages.created_at > newest.at THEN 'a ' || messages.part_type || ' written after the last load'
        ELSE 'a ' || messages.part_type || ' that was not sent' END AS what
FROM newest
CROSS JOIN messages
LEFT JOIN untold ON untold.thread_id = messages.thread_id
WHERE coalesce(untold.row_count, 0) <= 0
UNION ALL
SELECT 'attachments', threads.source_key, NULL, files.part_id,
    CAST(files.row_count - coalesce(sent_files.row_count, 0) AS VARCHAR) || ' more of the file ' || files.name || ' than was sent'
FROM files
JOIN threads ON threads.id = files.thread_id
LEFT JOIN sent_files ON sent_files.part_id = files.part_id AND sent_files.name = files.name
WHERE files.row_count > coalesce(sent_files.row_count, 0)
UNION ALL
SELECT DISTINCT 'conversations', threads.source_key, live.id, NULL, 'another ' || live.kind || ' of the same contact and time'
FROM other_threads AS live
JOIN threads ON threads.contact_id = live.contact_id AND threads.created_at = live.created_at AND threads.kind = live.kind
UNION ALL
SELECT 'contacts', contacts.source_key, strangers.id, NULL, 'another contact of the same e-mail address'
FROM strangers
JOIN contacts ON contacts.email = lower(strangers.email)
UNION ALL
SELECT 'contacts', wanted.source_key, strangers.id, NULL, 'another contact of the same external_id'
FROM strangers
JOIN intercom.contacts AS wanted ON wanted.external_id = strangers.external_id
JOIN sent ON sent.table_name = 'contacts' AND sent.step = 'create' AND sent.source_key = wanted.source_key
UNION ALL
SELECT 'notes', sent_notes.source_key, notes.id, notes.parent_id, 'another note of the same text'
FROM notes
JOIN sent_notes ON sent_notes.parent_id = notes.parent_id AND sent_notes.body = notes.body
LEFT JOIN sent_notes AS own ON own.id = notes.id
WHERE own.id IS NULL
ORDER BY 1, 2, 3
