-- one row per conversation or ticket in which a customer has asked something: what, which answer, how it ended; key: thread_key
-- The question is the first message of a customer that asks (mapping/asks.csv), else their first. The answer is, of what was said to it,
-- what the customer thanked for next, else the last before it was closed without another word, else the last; never what was followed
-- by "still does not work", unless nothing else was said. asked_by: how many customers have asked much the same; likeness_key: what these
-- questions share.
WITH spoken AS (
    SELECT * FROM base_distilled_messages WHERE NOT is_note AND own <> ''
),

questions AS (
    SELECT thread_key, message_key, position, turn, author_name, own, at
    FROM (
        SELECT *, row_number() OVER (PARTITION BY thread_key ORDER BY CASE WHEN asks THEN 0 ELSE 1 END, position) AS nth
        FROM spoken
        WHERE author_kind = 'customer'
    ) AS numbered
    WHERE nth = 1
),

candidates AS (
    SELECT
        said.thread_key, said.message_key, said.position, said.author_name, said.own, said.at,
        CASE WHEN next.thanks AND NOT next.unsolved THEN 'thanked'
            WHEN next.unsolved THEN 'unsolved'
            WHEN next.message_key IS NULL AND threads.state = 'closed' THEN 'closed'
            ELSE 'said' END                                                                  AS evidence,
        character_length(said.own) >= 40                                                     AS says_much,
        said.author_kind
    FROM spoken AS said
    JOIN questions ON questions.thread_key = said.thread_key AND questions.position < said.position
    JOIN base_distilled_threads AS threads ON threads.thread_key = said.thread_key
    LEFT JOIN spoken AS next ON next.thread_key = said.thread_key AND next.author_kind = 'customer' AND next.turn = said.turn + 1
    WHERE said.author_kind <> 'customer'
),

answers AS (
    SELECT *
    FROM (
        SELECT
            *,
            row_number() OVER (
                PARTITION BY thread_key
                ORDER BY
                    CASE evidence WHEN 'thanked' THEN 0 WHEN 'closed' THEN 1 WHEN 'said' THEN 2 ELSE 3 END,
                    CASE WHEN says_much THEN 0 ELSE 1 END,
                    position DESC
            ) AS nth
        FROM candidates
        -- What a bot says by itself is no answer, unless the customer thanks for it.
        WHERE author_kind = 'teammate' OR evidence = 'thanked'
    ) AS numbered
    WHERE nth = 1
),

likeness AS (
    SELECT questions.thread_key, threads.customer_key, unnest(likeness_keys(questions.own, phrases.stop_words)) AS likeness_key
    FROM questions
    JOIN base_distilled_threads AS threads ON threads.thread_key = questions.thread_key
    CROSS JOIN base_distilled_phrases AS phrases
),

alike AS (
    SELECT likeness_key, count(DISTINCT customer_key) AS customers, count(*) AS threads FROM likeness GROUP BY likeness_key
),

-- The key that most customers share stands for the question.
asked AS (
    SELECT thread_key, likeness_key, customers AS asked_by
    FROM (
        SELECT
            likeness.thread_key, likeness.likeness_key, alike.customers,
            row_number() OVER (PARTITION BY likeness.thread_key ORDER BY alike.customers DESC, alike.threads DESC, likeness.likeness_key) AS nth
        FROM likeness
        JOIN alike ON alike.likeness_key = likeness.likeness_key
    ) AS numbered
    WHERE nth = 1
)

SELECT
    threads.thread_key,
    threads.customer_key,
    questions.message_key                                                                    AS question_key,
    questions.own                                                                            AS question,
    questions.author_name                                                                    AS asked_by_name,
    questions.at                                                                     AS asked_at,
    greatest(coalesce(asked.asked_by, 1), 1)                                                 AS asked_by,
    coalesce(asked.likeness_key, threads.thread_key)                                         AS likeness_key,
    answers.message_key                                                                      AS answer_key,
    answers.own                                                                              AS answer,
    answers.author_name                                                                      AS answered_by,
    answers.at                                                                       AS answered_at,
    answers.evidence,
    CASE WHEN answers.message_key IS NULL THEN 'unanswered' WHEN answers.evidence = 'unsolved' THEN 'not solved' ELSE 'answered' END
        || ', ' || coalesce(threads.state, 'state not known')
        || CASE WHEN threads.reopened > 0 THEN ', opened again ' || threads.reopened || CASE WHEN threads.reopened = 1 THEN ' time' ELSE ' times' END ELSE '' END
        || CASE WHEN threads.rating IS NULL THEN '' ELSE ', rated ' || threads.rating || ' of 5' END
        || CASE WHEN threads.remark IS NULL THEN '' ELSE ' (' || shorten(threads.remark, 120) || ')' END AS outcome
FROM questions
JOIN base_distilled_threads AS threads ON threads.thread_key = questions.thread_key
LEFT JOIN answers ON answers.thread_key = questions.thread_key
LEFT JOIN asked ON asked.thread_key = questions.thread_key
