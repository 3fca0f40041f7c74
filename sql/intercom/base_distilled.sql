-- one row per customer (a company, or a contact of none or of several) with conversations: what is known, and what a server is asked to word
-- input: what was said in the newest conversations, newest first, as far as `[distill] input_chars_max` goes. hash: of all that shapes an
-- answer, so that the same is not asked twice; NULL without [distill] endpoint. people: names and addresses to mask, one on a line.
WITH known AS (
    SELECT
        coalesce(max(CASE WHEN key = 'distill.fingerprint' THEN value END), '')                        AS fingerprint,
        coalesce(CAST(max(CASE WHEN key = 'distill.input_chars_max' THEN value END) AS BIGINT), 24000) AS input_chars_max
    FROM settings
),

customers AS (
    SELECT
        threads.customer_key,
        max(threads.company_key)                                                               AS company_key,
        max(CASE WHEN threads.company_key IS NULL THEN threads.end_user_key END)               AS end_user_key,
        coalesce(max(threads.company_name), max(CASE WHEN threads.company_key IS NULL THEN threads.contact_name END)) AS name,
        count(*)                                                                               AS conversations,
        max(threads.last_at)                                                                   AS last_at,
        max(threads.updated_at)                                                                AS updated_at,
        json_list(threads.nth, json_quote(threads.thread_key))                                 AS conversation_keys
    FROM (
        SELECT *, CAST(row_number() OVER (PARTITION BY customer_key ORDER BY last_at DESC, thread_key) AS BIGINT) AS nth
        FROM base_distilled_threads
        WHERE customer_key IS NOT NULL AND messages_count > 0
    ) AS threads
    GROUP BY threads.customer_key
),

sections AS (
    SELECT
        customer_key,
        section,
        CASE section WHEN 1 THEN 'Last contact' WHEN 2 THEN 'Problems' WHEN 3 THEN 'Products' ELSE 'Promises' END || chr(10)
            || string_agg(CASE WHEN section = 2 THEN nth || '. ' ELSE '- ' END || text, chr(10) ORDER BY nth) AS text,
        string_agg(
            attributes('section', CASE section WHEN 1 THEN 'last contact' WHEN 2 THEN 'problem' WHEN 3 THEN 'product' ELSE 'promise' END, 'rank', nth,
                'conversation_key', thread_key, 'message_key', message_key,
                'answer_key', answer_key, 'at', at), ',' ORDER BY nth) AS lines
    FROM base_distilled_lines
    GROUP BY customer_key, section
),

extracts AS (
    SELECT customer_key, string_agg(text, chr(10) || chr(10) ORDER BY section) AS text, '[' || string_agg(lines, ',' ORDER BY section) || ']' AS lines
    FROM sections
    GROUP BY customer_key
),

asked AS (
    SELECT threads.customer_key, string_agg(pieces.text, chr(10) || chr(10) ORDER BY pieces.nth) AS input
    FROM (
        SELECT
            threads.customer_key, threads.thread_key,
            row_number() OVER (PARTITION BY threads.customer_key ORDER BY threads.last_at DESC, threads.thread_key) AS nth,
            sum(character_length(transcripts.said)) OVER (PARTITION BY threads.customer_key ORDER BY threads.last_at DESC, threads.thread_key
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS chars,
            '=== ' || threads.thread_key || coalesce(', ' || threads.state, '') || ' ===' || chr(10)
                || left(transcripts.said, known.input_chars_max) AS text
        FROM base_distilled_threads AS threads
        JOIN base_distilled_transcripts AS transcripts ON transcripts.thread_key = threads.thread_key AND transcripts.said IS NOT NULL
        CROSS JOIN known
    ) AS pieces
    JOIN base_distilled_threads AS threads ON threads.thread_key = pieces.thread_key
    CROSS JOIN known
    WHERE pieces.nth = 1 OR pieces.chars <= known.input_chars_max
    GROUP BY threads.customer_key
),

people AS (
    SELECT customer_key, string_agg(name, chr(10) ORDER BY name) AS people
    FROM (
        SELECT threads.customer_key, messages.author_name AS name
        FROM base_distilled_messages AS messages
        JOIN base_distilled_threads AS threads ON threads.thread_key = messages.thread_key
        UNION
        SELECT customer_key, contact_name AS name FROM base_distilled_threads
    ) AS named
    WHERE name IS NOT NULL
    GROUP BY customer_key
)

SELECT
    'distilled:intercom:' || split_part(customers.customer_key, ':', 3)                                         AS source_key,
    customers.customer_key,
    customers.end_user_key,
    customers.company_key,
    customers.name,
    customers.conversations,
    customers.conversation_keys,
    extracts.text,
    extracts.lines,
    asked.input,
    people.people,
    CASE WHEN known.fingerprint <> '' AND asked.input IS NOT NULL
        THEN encode(sha256(known.fingerprint || chr(10) || asked.input), 'hex') END          AS hash,
    customers.last_at,
    customers.updated_at
FROM customers
CROSS JOIN known
LEFT JOIN extracts ON extracts.customer_key = customers.customer_key
LEFT JOIN asked ON asked.customer_key = customers.customer_key
LEFT JOIN people ON people.customer_key = customers.customer_key
ORDER BY customers.last_at DESC, customers.customer_key
