-- one row per sentence in which a teammate has promised something; key: (message_key, nth)
-- By mapping/promises.csv: "we will", "bis Freitag", "söz veriyoruz" …
WITH said AS (
    SELECT
        messages.thread_key, messages.message_key, messages.position, messages.author_name, messages.at,
        sentences_with(messages.own, phrases.promises) AS sentences
    FROM base_distilled_messages AS messages
    CROSS JOIN base_distilled_phrases AS phrases
    WHERE messages.author_kind = 'teammate' AND NOT messages.is_note
),

each AS (
    SELECT
        thread_key, message_key, position, author_name, at, unnest(sentences) AS sentence,
        unnest(range(1, CAST(array_length(sentences) AS BIGINT) + 1)) AS nth
    FROM said
    WHERE array_length(sentences) > 0
)

SELECT threads.customer_key, each.thread_key, each.message_key, each.nth, each.position, each.author_name, each.at, each.sentence
FROM each
JOIN base_distilled_threads AS threads ON threads.thread_key = each.thread_key
WHERE threads.customer_key IS NOT NULL
