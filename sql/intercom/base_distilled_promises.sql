-- one row per sentence in which a teammate has promised something; key: (message_key, nth)
-- By mapping/promises.csv: "we will", "bis Freitag", "söz veriyoruz" …
WITH said AS (
    SELECT
        messages.thread_id, messages.message_key, messages.position, messages.author_name, messages.created_at,
        sentences_with(messages.own, phrases.promises) AS sentences
    FROM base_distilled_messages AS messages
    CROSS JOIN base_distilled_phrases AS phrases
    WHERE messages.author_kind = 'teammate' AND NOT messages.is_note
),

each AS (
    SELECT
        thread_id, message_key, position, author_name, created_at, unnest(sentences) AS sentence,
        unnest(range(1, CAST(array_length(sentences) AS BIGINT) + 1)) AS nth
    FROM said
    WHERE array_length(sentences) > 0
)

SELECT threads.customer_id, each.thread_id, each.message_key, each.nth, each.position, each.author_name, each.created_at, each.sentence
FROM each
JOIN base_distilled_threads AS threads ON threads.thread_id = each.thread_id
WHERE threads.customer_id IS NOT NULL
