-- one row per conversation or ticket with messages, and one per customer; key: source_key
-- kind transcript: what was written, as plain text. kind distilled: what is known about a customer, worded by a server where
-- `deskferry distill` has asked one about just this, else put together from the messages themselves.
WITH transcripts AS (
    SELECT
        'intercom:' || threads.thread_id                                                     AS source_key,
        'transcript'                                                                         AS kind,
        'intercom:contact:' || threads.contact_id                                            AS end_user_key,
        'intercom:company:' || threads.company_id                                            AS company_key,
        coalesce(threads.title, shorten(solutions.question, 80), 'Conversation ' || threads.thread_id) AS title,
        coalesce(threads.title || chr(10), '')
            || 'Customer: ' || coalesce(threads.contact_name, '(no name)') || coalesce(' <' || threads.contact_email || '>', '') || coalesce(', ' || threads.company_name, '')
            || coalesce(chr(10) || 'State: ' || threads.state, '')
            || CASE WHEN threads.rating IS NULL THEN '' ELSE ', rated ' || threads.rating || ' of 5' || coalesce(' (' || threads.remark || ')', '') END
            || coalesce(chr(10) || 'Tags: ' || threads.tags, '')
            || coalesce(chr(10) || 'Ticket type: ' || threads.ticket_type, '')
            || chr(10) || threads.url || chr(10) || chr(10)
            || transcripts.text                                                              AS text,
        '[' || json_quote(threads.thread_key) || ']'                                         AS conversation_keys,
        attributes('source', 'intercom', 'url', threads.url, 'messages', threads.messages_count, 'outcome', solutions.outcome,
            'question_key', solutions.question_key, 'answer_key', solutions.answer_key)      AS metadata,
        coalesce(threads.updated_at, threads.last_at)                                        AS updated_at
    FROM base_distilled_threads AS threads
    JOIN base_distilled_transcripts AS transcripts ON transcripts.thread_id = threads.thread_id AND transcripts.text IS NOT NULL
    LEFT JOIN base_distilled_solutions AS solutions ON solutions.thread_id = threads.thread_id
),

worded AS (
    SELECT hash, model, text, at FROM distilled.texts WHERE text IS NOT NULL
),

sources AS (
    SELECT customer_id, string_agg('- ' || thread_key || ' ' || url, chr(10) ORDER BY last_at DESC, thread_id) AS links
    FROM (
        SELECT customer_id, thread_id, thread_key, url, last_at, row_number() OVER (PARTITION BY customer_id ORDER BY last_at DESC, thread_id) AS nth
        FROM base_distilled_threads
        WHERE messages_count > 0
    ) AS numbered
    WHERE nth <= 20
    GROUP BY customer_id
)

SELECT * FROM transcripts
UNION ALL
SELECT
    customers.source_key,
    'distilled'                                                                              AS kind,
    'intercom:contact:' || customers.contact_id                                              AS end_user_key,
    'intercom:company:' || customers.company_id                                              AS company_key,
    'What is known about ' || coalesce(customers.name, customers.customer_id)                AS title,
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
LEFT JOIN sources ON sources.customer_id = customers.customer_id
