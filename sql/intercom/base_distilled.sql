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
        threads.customer_id,
        max(threads.company_id)                                                                AS company_id,
        max(CASE WHEN threads.company_id IS NULL THEN threads.contact_id END)                  AS contact_id,
        coalesce(max(threads.company_name), max(CASE WHEN threads.company_id IS NULL THEN coalesce(threads.contact_name, threads.contact_email) END)) AS name,
        count(*)                                                                               AS conversations,
        max(threads.last_at)                                                                   AS last_at,
        max(threads.updated_at)                                                                AS updated_at,
        '[' || string_agg(json_quote(threads.thread_key), ',' ORDER BY threads.last_at DESC, threads.thread_id) || ']' AS conversation_keys
    FROM base_distilled_threads AS threads
    WHERE threads.customer_id IS NOT NULL AND threads.messages_count > 0
    GROUP BY threads.customer_id
),

sections AS (
    SELECT
        customer_id,
        section,
        CASE section WHEN 1 THEN 'Last contact' WHEN 2 THEN 'Problems' WHEN 3 THEN 'Products' ELSE 'Promises' END || chr(10)
            || string_agg(CASE WHEN section = 2 THEN nth || '. ' ELSE '- ' END || text, chr(10) ORDER BY nth) AS text,
        string_agg(
            attributes('section', CASE section WHEN 1 THEN 'last contact' WHEN 2 THEN 'problem' WHEN 3 THEN 'product' ELSE 'promise' END, 'rank', nth,
                'conversation_key', thread_key, 'message_key', message_key,
                'answer_key', answer_key, 'at', at), ',' ORDER BY nth) AS lines
    FROM (
        SELECT lines.*, threads.thread_key
        FROM base_distilled_lines AS lines
        JOIN base_distilled_threads AS threads ON threads.thread_id = lines.thread_id
    ) AS traced
    GROUP BY customer_id, section
),

extracts AS (
    SELECT customer_id, string_agg(text, chr(10) || chr(10) ORDER BY section) AS text, '[' || string_agg(lines, ',' ORDER BY section) || ']' AS lines
    FROM sections
    GROUP BY customer_id
),

asked AS (
    SELECT threads.customer_id, string_agg(pieces.text, chr(10) || chr(10) ORDER BY pieces.nth) AS input
    FROM (
        SELECT
            threads.customer_id, threads.thread_id,
            row_number() OVER (PARTITION BY threads.customer_id ORDER BY threads.last_at DESC, threads.thread_id) AS nth,
            sum(character_length(transcripts.said)) OVER (PARTITION BY threads.customer_id ORDER BY threads.last_at DESC, threads.thread_id
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS chars,
            '=== ' || threads.thread_key || coalesce(', ' || threads.state, '') || ' ===' || chr(10)
                || left(transcripts.said, known.input_chars_max) AS text
        FROM base_distilled_threads AS threads
        JOIN base_distilled_transcripts AS transcripts ON transcripts.thread_id = threads.thread_id AND transcripts.said IS NOT NULL
        CROSS JOIN known
    ) AS pieces
    JOIN base_distilled_threads AS threads ON threads.thread_id = pieces.thread_id
    CROSS JOIN known
    WHERE pieces.nth = 1 OR pieces.chars <= known.input_chars_max
    GROUP BY threads.customer_id
),

people AS (
    SELECT customer_id, string_agg(name, chr(10) ORDER BY name) AS people
    FROM (
        SELECT threads.customer_id, messages.author_name AS name
        FROM base_distilled_messages AS messages
        JOIN base_distilled_threads AS threads ON threads.thread_id = messages.thread_id
        UNION
        SELECT customer_id, contact_name AS name FROM base_distilled_threads
    ) AS named
    WHERE name IS NOT NULL
    GROUP BY customer_id
)

SELECT
    'distilled:intercom:' || customers.customer_id                                           AS source_key,
    customers.customer_id,
    customers.contact_id,
    customers.company_id,
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
LEFT JOIN extracts ON extracts.customer_id = customers.customer_id
LEFT JOIN asked ON asked.customer_id = customers.customer_id
LEFT JOIN people ON people.customer_id = customers.customer_id
ORDER BY customers.last_at DESC, customers.customer_id
