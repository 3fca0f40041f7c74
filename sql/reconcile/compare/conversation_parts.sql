-- one row per field of a message or note that was sent, also of those that only bring files; key: (source_key, field)
-- What is wanted is what the loader composes: who is not in the workspace is told in words, times in a thread never go back, the
-- message that opens a conversation is plain text by its contact (whom and its time `conversations` compares).
WITH threads AS (
    SELECT threads.id, threads.kind, made.source_key AS conversation_key
    FROM intercom_live.threads AS threads
    JOIN ledger.rows AS made ON made.table_name = 'conversations' AND made.intercom_id = threads.id
    WHERE in_share(threads.id)
),

sent AS (
    SELECT
        source_key, step, intercom_id, parent_id AS thread_id,
        CASE WHEN step = 'create' THEN 0 ELSE CAST(substr(step, 7) AS BIGINT) END AS nth
    FROM ledger.steps
    WHERE table_name = 'conversation_parts' AND state = 'done' AND (step = 'create' OR step LIKE 'files:%')
),

names_of_files AS (
    SELECT sent.parent_id AS part_id, string_agg(escape_html(attachments.name), ', ' ORDER BY attachments.position) AS names
    FROM intercom.attachments AS attachments
    JOIN ledger.rows AS sent ON sent.table_name = 'attachments' AND sent.state = 'done' AND sent.source_key = attachments.source_key
    GROUP BY sent.parent_id
),

parts AS (
    SELECT
        parts.source_key,
        parts.position,
        parts.part_type,
        parts.author_type,
        parts.author_key,
        nullif(trim(parts.author_name), '') AS author_name,
        CASE WHEN regexp_like(parts.body, '^\s*$') THEN '(no text)' ELSE parts.body END AS body,
        greatest(
            conversations.created_at,
            max(parts.created_at) OVER (PARTITION BY parts.conversation_key ORDER BY parts.position)
        ) AS created_at,
        row_number() OVER (PARTITION BY parts.conversation_key ORDER BY parts.position) = 1 AS opens,
        conversations.contact_key
    -- The left side of a join is the one that is kept in memory: texts are always on the right.
    FROM threads
    JOIN intercom.conversations AS conversations ON conversations.source_key = threads.conversation_key
    JOIN intercom.conversation_parts AS parts ON parts.conversation_key = conversations.source_key
),

-- Whoever brings the files of a contact's message to a ticket does it in a note, for a contact's reply takes none.
wanted AS (
    SELECT
        parts.*,
        sent.step,
        sent.nth,
        sent.thread_id,
        threads.kind,
        sent.step = 'create' AND parts.opens AS is_opening,
        parts.author_type = 'contact' AND sent.step <> 'create' AND threads.kind = 'ticket' AS is_note_of_files,
        CASE WHEN sent.step = 'create' AND parts.opens THEN 'opening' ELSE sent.intercom_id END AS message_id
    FROM threads
    JOIN sent ON sent.thread_id = threads.id
    JOIN parts ON parts.source_key = sent.source_key
),

composed AS (
    SELECT
        wanted.*,
        CASE
            WHEN is_opening THEN 'contact ' || openers.intercom_id
            WHEN is_note_of_files THEN 'admin ' || stand_in.author_id
            WHEN author_type = 'contact' THEN 'contact ' || authors.intercom_id
            ELSE 'admin ' || coalesce(people.id, stand_in.author_id)
        END AS author,
        CASE
            WHEN is_note_of_files THEN coalesce(author_name, 'The contact')
            WHEN is_opening AND author_type = 'contact' AND author_key = contact_key THEN NULL
            WHEN is_opening THEN coalesce(author_name, people.name)
            WHEN author_type = 'contact' AND author_key IS NOT NULL THEN NULL
            WHEN people.id IS NULL THEN coalesce(author_name, nullif(trim(people.name), ''))
        END AS told,
        '<p>' || names_of_files.names || '</p>' AS names
    FROM intercom_live.people AS people
    RIGHT JOIN (
        ledger.rows AS openers
        RIGHT JOIN (
            ledger.rows AS authors
            RIGHT JOIN (
                names_of_files
                RIGHT JOIN (intercom_live.stand_in AS stand_in CROSS JOIN wanted) ON names_of_files.part_id = wanted.message_id
            ) ON authors.table_name = 'contacts' AND authors.source_key = coalesce(wanted.author_key, wanted.contact_key)
        ) ON openers.table_name = 'contacts' AND openers.source_key = wanted.contact_key
    ) ON people.kind = 'admin' AND people.source_key = wanted.author_key
),

pairs AS (
    SELECT
        composed.*,
        CASE
            WHEN is_opening THEN coalesce(told || ' wrote:' || chr(10) || chr(10), '') || composed.body
            ELSE coalesce('<p><em>' || escape_html(told) || ' wrote:</em></p>', '')
                || CASE WHEN step = 'create' THEN composed.body ELSE coalesce(names, '') END
        END AS text,
        CASE
            WHEN is_opening THEN 'message'
            WHEN is_note_of_files OR composed.part_type = 'note' THEN 'note'
            ELSE 'comment'
        END AS wanted_type,
        row_number() OVER (PARTITION BY composed.thread_id ORDER BY composed.position, nth) AS wanted_position,
        row_number() OVER (PARTITION BY composed.thread_id ORDER BY live.position) AS found_position,
        live.id,
        live.part_type AS found_type,
        CASE WHEN live.author_type = 'admin' THEN 'admin ' WHEN live.author_type IN ('user', 'lead', 'contact') THEN 'contact ' ELSE coalesce(live.author_type, 'nobody') || ' ' END
            || coalesce(live.author_id, '') AS found_author,
        live.body AS found_body,
        live.created_at AS found_at
    FROM composed
    JOIN intercom_live.messages AS live
        ON live.thread_id = composed.thread_id AND CASE WHEN live.position = 0 THEN 'opening' ELSE live.id END = composed.message_id
),

fields AS (
    SELECT source_key, id, step, is_opening, unnest([
        named_struct('field', 'part_type', 'wanted', wanted_type, 'found', found_type),
        named_struct('field', 'author', 'wanted', author, 'found', found_author),
        named_struct('field', 'created_at', 'wanted', CAST(created_at AS VARCHAR), 'found', CAST(found_at AS VARCHAR)),
        named_struct('field', 'position', 'wanted', CAST(wanted_position AS VARCHAR), 'found', CAST(found_position AS VARCHAR)),
        named_struct('field', 'body', 'wanted',
            -- Plain text, as it reads in HTML.
            CASE WHEN is_opening AND kind = 'conversation' THEN '<p>' || replace(replace(replace(replace(text, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), chr(10), '<br>') || '</p>' ELSE text END,
            'found', found_body)
    ]) AS one
    FROM pairs
)

SELECT
    source_key,
    id AS intercom_id,
    CASE WHEN step = 'create' THEN '' ELSE step || ' ' END || one['field'] AS field,
    one['wanted'] AS wanted,
    one['found'] AS found
FROM fields
WHERE NOT (is_opening AND one['field'] IN ('author', 'created_at'))
