-- one row per conversation or ticket with messages, and one per customer; key: source_key
-- kind transcript: what was written, as plain text. kind distilled: what is known about a customer, worded by a server where
-- `deskferry distill` has asked one about just this, else put together from the messages themselves.
WITH transcripts AS (
    SELECT
        'intercom:' || threads.intercom_id                                                   AS source_key,
        'transcript'                                                                         AS kind,
        threads.end_user_key,
        threads.company_key,
        coalesce(threads.title, shorten(solutions.question, 80), 'Conversation ' || threads.intercom_id) AS title,
        coalesce(threads.title || chr(10), '')
            || 'Customer: ' || coalesce(threads.contact_name, '(no name)') || coalesce(' <' || threads.contact_email || '>', '') || coalesce(', ' || threads.company_name, '')
            || coalesce(chr(10) || 'State: ' || threads.state, '')
            || CASE WHEN threads.rating IS NULL THEN '' ELSE ', rated ' || threads.rating || ' of 5' || coalesce(' (' || threads.remark || ')', '') END
            || CASE WHEN json_length(threads.tags) > 0 THEN chr(10) || 'Tags: ' || array_to_string(string_to_array(regexp_replace(threads.tags, '^\["|"\]$', '', 'g'), '","'), ', ') ELSE '' END
            || coalesce(chr(10) || 'Ticket type: ' || threads.ticket_type, '')
            || chr(10) || threads.url || chr(10) || chr(10)
            || transcripts.text                                                              AS text,
        '[' || json_quote(threads.thread_key) || ']'                                         AS conversation_keys,
        attributes('source', 'intercom', 'url', threads.url, 'messages', threads.messages_count, 'outcome', solutions.outcome,
            'question_key', solutions.question_key, 'answer_key', solutions.answer_key)      AS metadata,
        coalesce(threads.updated_at, threads.last_at)                                        AS updated_at
    FROM base_distilled_threads AS threads
    JOIN base_distilled_transcripts AS transcripts ON transcripts.thread_key = threads.thread_key AND transcripts.text IS NOT NULL
    LEFT JOIN base_distilled_solutions AS solutions ON solutions.thread_key = threads.thread_key
),

worded AS (
    SELECT hash, model, text, at FROM distilled.texts WHERE text IS NOT NULL
),

sources AS (
    SELECT customer_key, string_agg('- ' || thread_key || ' ' || url, chr(10) ORDER BY last_at DESC, thread_key) AS links
    FROM (
        SELECT customer_key, thread_key, url, last_at, row_number() OVER (PARTITION BY customer_key ORDER BY last_at DESC, thread_key) AS nth
        FROM base_distilled_threads
        WHERE messages_count > 0
    ) AS numbered
    WHERE nth <= 20
    GROUP BY customer_key
)

SELECT * FROM transcripts
UNION ALL
SELECT
    customers.source_key,
    'distilled'                                                                              AS kind,
    customers.end_user_key,
    customers.company_key,
    'What is known about ' || coalesce(customers.name, customers.customer_key)                AS title,
    coalesce(worded.text || chr(10) || chr(10) || 'Conversations' || chr(10) || sources.links, customers.text, '') AS text,
    customers.conversation_keys,
    merge_json(
        attributes('source', 'intercom', 'conversations', customers.conversations, 'made_by', CASE WHEN worded.text IS NULL THEN 'extract' ELSE 'wording' END,
            'model', worded.model, 'worded_at', worded.at),
        '{"lines":' || coalesce(customers.lines, '[]') || '}'
    )                                                                                        AS metadata,
    customers.updated_at
FROM base_distilled AS customers
LEFT JOIN worded ON worded.hash = customers.hash
LEFT JOIN sources ON sources.customer_key = customers.customer_key
