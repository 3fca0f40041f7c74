-- one row per conversation or ticket with messages: its plain transcript; key: thread_key
-- said: only what was said to each other, for the wording; text: with internal notes, unless `[distill] notes` leaves them out.
WITH marked AS (
    SELECT
        messages.thread_key,
        messages.position,
        messages.is_note,
        '[' || to_char(messages.at, '%Y-%m-%d %H:%M') || '] ' || coalesce(messages.author_name, '(no name)')
            || ' (' || messages.author_kind || CASE WHEN messages.is_note THEN ', internal note' ELSE '' END || '):' || chr(10)
            || messages.text
            || CASE WHEN messages.files IS NULL THEN '' WHEN messages.text = '' THEN '[files: ' || messages.files || ']'
                ELSE chr(10) || '[files: ' || messages.files || ']' END                      AS text
    FROM base_distilled_messages AS messages
),

settings_of AS (
    SELECT coalesce(max(CASE WHEN key = 'distill.notes' THEN value END), 'marked') AS notes FROM settings
)

SELECT
    marked.thread_key,
    string_agg(CASE WHEN NOT marked.is_note THEN marked.text END, chr(10) || chr(10) ORDER BY marked.position)                                       AS said,
    string_agg(CASE WHEN NOT marked.is_note OR settings_of.notes = 'marked' THEN marked.text END, chr(10) || chr(10) ORDER BY marked.position) AS text
FROM marked
CROSS JOIN settings_of
GROUP BY marked.thread_key
