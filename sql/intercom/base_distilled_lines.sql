-- one row per line of what is known about a customer, with the message that it is from, and that of the answer; key: (customer_key, section, nth)
-- Problems are ranked by recency and reuse: a question that twice as many customers have asked counts as one asked a year later.
WITH contact AS (
    SELECT threads.customer_key, 1 AS section, messages.thread_key, messages.message_key, messages.at,
        row_number() OVER (PARTITION BY threads.customer_key ORDER BY messages.at DESC, messages.thread_key, messages.position DESC) AS nth,
        to_char(messages.at, '%Y-%m-%d') || ' by ' || coalesce(messages.author_name, '(no name)') || ' (' || messages.author_kind || '): '
            || shorten(CASE WHEN messages.own = '' THEN '[files: ' || messages.files || ']' ELSE messages.own END, 200)
            || chr(10) || '   ' || threads.thread_key || ' ' || threads.url AS text
    FROM base_distilled_messages AS messages
    JOIN base_distilled_threads AS threads ON threads.thread_key = messages.thread_key
    WHERE NOT messages.is_note AND messages.author_kind <> 'bot' AND threads.customer_key IS NOT NULL
),

-- What a customer has asked several times is one line, of the time that was answered best.
grouped AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY customer_key, likeness_key
            ORDER BY CASE evidence WHEN 'thanked' THEN 0 WHEN 'closed' THEN 1 WHEN 'said' THEN 2 ELSE 3 END, asked_at DESC, thread_key
        )                                                                        AS best,
        count(*) OVER (PARTITION BY customer_key, likeness_key)                  AS times,
        max(asked_at) OVER (PARTITION BY customer_key, likeness_key)             AS last_at
    FROM base_distilled_solutions
    WHERE customer_key IS NOT NULL
),

also AS (
    SELECT customer_key, likeness_key, string_agg(thread_key, ', ' ORDER BY best) AS thread_keys
    FROM grouped
    WHERE best BETWEEN 2 AND 6
    GROUP BY customer_key, likeness_key
),

scored AS (
    SELECT *, date_part('epoch', last_at) / 31557600.0 + log2(asked_by) AS score FROM grouped WHERE best = 1
),

problems AS (
    SELECT solutions.customer_key, 2 AS section, solutions.thread_key, solutions.question_key AS message_key, solutions.answer_key, solutions.asked_at AS at,
        row_number() OVER (PARTITION BY solutions.customer_key ORDER BY solutions.score DESC, solutions.thread_key) AS nth,
        shorten(solutions.question, 300)
            || chr(10) || '   Asked ' || to_char(solutions.asked_at, '%Y-%m-%d') || coalesce(' by ' || solutions.asked_by_name, '')
            || CASE WHEN solutions.times > 1 THEN '; ' || solutions.times || ' times, last ' || to_char(solutions.last_at, '%Y-%m-%d') ELSE '' END
            || CASE WHEN solutions.asked_by > 1 THEN '; asked by ' || solutions.asked_by || ' customers' ELSE '' END
            || CASE WHEN solutions.answer IS NULL THEN ''
                ELSE chr(10) || '   '
                    || CASE solutions.evidence WHEN 'thanked' THEN 'Answer, for which the customer thanked' WHEN 'closed' THEN 'Last answer before it was closed'
                        WHEN 'unsolved' THEN 'Answer that did not help' ELSE 'Last answer' END
                    || coalesce(' (' || solutions.answered_by || ', ' || to_char(solutions.answered_at, '%Y-%m-%d') || ')', '') || ': ' || shorten(solutions.answer, 500) END
            || chr(10) || '   Outcome: ' || solutions.outcome
            || chr(10) || '   ' || threads.thread_key || ' ' || threads.url
            || coalesce(chr(10) || '   also ' || also.thread_keys, '') AS text
    FROM scored AS solutions
    JOIN base_distilled_threads AS threads ON threads.thread_key = solutions.thread_key
    LEFT JOIN also ON also.customer_key = solutions.customer_key AND also.likeness_key = solutions.likeness_key
),

products AS (
    SELECT customer_key, 3 AS section, thread_key, message_key, at,
        row_number() OVER (PARTITION BY customer_key ORDER BY conversations DESC, at DESC, product) AS nth,
        product || ' (' || conversations || CASE WHEN conversations = 1 THEN ' conversation' ELSE ' conversations' END || ', last ' || to_char(at, '%Y-%m-%d') || ')' AS text
    FROM (
        SELECT
            customer_key, product, thread_key, message_key, at, count(*) OVER (PARTITION BY customer_key, product) AS conversations,
            row_number() OVER (PARTITION BY customer_key, product ORDER BY at DESC, thread_key) AS newest
        FROM base_distilled_products
    ) AS counted
    WHERE newest = 1
),

promises AS (
    SELECT promises.customer_key, 4 AS section, promises.thread_key, promises.message_key, promises.at,
        row_number() OVER (PARTITION BY promises.customer_key ORDER BY promises.at DESC, promises.thread_key, promises.position DESC, promises.nth) AS nth,
        to_char(promises.at, '%Y-%m-%d') || coalesce(', ' || promises.author_name, '') || ': ' || shorten(promises.sentence, 300)
            || chr(10) || '   ' || threads.thread_key || ' ' || threads.url AS text
    FROM base_distilled_promises AS promises
    JOIN base_distilled_threads AS threads ON threads.thread_key = promises.thread_key
)

SELECT customer_key, section, nth, thread_key, message_key, NULL AS answer_key, at, text FROM contact WHERE nth = 1
UNION ALL
SELECT customer_key, section, nth, thread_key, message_key, answer_key, at, text FROM problems WHERE nth <= 20
UNION ALL
SELECT customer_key, section, nth, thread_key, message_key, NULL AS answer_key, at, text FROM products WHERE nth <= 20
UNION ALL
SELECT customer_key, section, nth, thread_key, message_key, NULL AS answer_key, at, text FROM promises WHERE nth <= 10
