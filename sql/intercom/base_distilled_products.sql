-- one row per product that a conversation, its contact or its company shows; key: (customer_key, thread_key, product)
-- By mapping/products.csv: words that were said, tags, ticket types, attributes whose value is the product.
WITH threads AS (
    SELECT * FROM base_distilled_threads WHERE customer_key IS NOT NULL
),

words AS (
    SELECT messages.thread_key, messages.message_key, messages.at, unnest(phrases_in(messages.own, phrases.product_words)) AS word
    FROM base_distilled_messages AS messages
    CROSS JOIN base_distilled_phrases AS phrases
    WHERE NOT messages.is_note
),

tags AS (
    SELECT customer_key, thread_key, last_at, json_as_text('[' || tag || ']', 0) AS name
    FROM (SELECT customer_key, thread_key, last_at, unnest(json_get_array(tags)) AS tag FROM threads) AS each
),

attributes_of AS (
    SELECT
        threads.customer_key, threads.thread_key, threads.last_at, products.product,
        coalesce(
            json_as_text(threads.attributes, products.value), json_as_text(threads.contact_attributes, products.value),
            json_as_text(threads.company_attributes, products.value)
        ) AS value
    FROM threads
    CROSS JOIN mapping.products AS products
    WHERE products.found_in = 'attribute'
),

found AS (
    SELECT threads.customer_key, threads.thread_key, words.message_key, coalesce(products.product, products.value) AS product, words.at
    FROM words
    JOIN mapping.products AS products ON products.found_in = 'words' AND trim(rtrim(products.value, '*')) = words.word
    JOIN threads ON threads.thread_key = words.thread_key
    UNION ALL
    SELECT tags.customer_key, tags.thread_key, NULL AS message_key, coalesce(products.product, products.value) AS product, tags.last_at AS at
    FROM tags
    JOIN mapping.products AS products ON products.found_in = 'tag' AND lower(products.value) = lower(tags.name)
    UNION ALL
    SELECT threads.customer_key, threads.thread_key, NULL AS message_key, coalesce(products.product, products.value) AS product, threads.last_at AS at
    FROM threads
    JOIN mapping.products AS products ON products.found_in = 'ticket_type' AND lower(products.value) = lower(threads.ticket_type)
    UNION ALL
    SELECT customer_key, thread_key, NULL AS message_key, coalesce(product, value) AS product, last_at AS at
    FROM attributes_of
    WHERE value <> ''
)

SELECT customer_key, thread_key, trim(product) AS product, min(message_key) AS message_key, max(at) AS at
FROM found
WHERE trim(product) <> ''
GROUP BY customer_key, thread_key, trim(product)
