-- one row per product that a conversation, its contact or its company shows; key: (customer_id, thread_id, product)
-- By mapping/products.csv: words that were said, names of tags and ticket types, attributes whose value is the product.
WITH threads AS (
    SELECT
        threads.thread_id, threads.customer_id, threads.tags, threads.ticket_type, threads.last_at, threads.attributes,
        contacts.custom_attributes AS contact_attributes, companies.custom_attributes AS company_attributes
    FROM base_distilled_threads AS threads
    LEFT JOIN intercom_live.contacts AS contacts ON contacts.id = threads.contact_id
    LEFT JOIN intercom_live.companies AS companies ON companies.id = threads.company_id
    WHERE threads.customer_id IS NOT NULL
),

words AS (
    SELECT messages.thread_id, messages.message_key, messages.created_at, unnest(phrases_in(messages.own, phrases.product_words)) AS word
    FROM base_distilled_messages AS messages
    CROSS JOIN base_distilled_phrases AS phrases
    WHERE NOT messages.is_note
),

found AS (
    SELECT threads.customer_id, threads.thread_id, words.message_key, coalesce(products.product, products.value) AS product, words.created_at AS at
    FROM words
    JOIN mapping.products AS products ON products.found_in = 'words' AND trim(rtrim(products.value, '*')) = words.word
    JOIN threads ON threads.thread_id = words.thread_id
    UNION ALL
    SELECT threads.customer_id, threads.thread_id, NULL AS message_key, coalesce(products.product, products.value) AS product, threads.last_at AS at
    FROM threads
    JOIN mapping.products AS products
        ON (products.found_in = 'tag' AND array_has(string_to_array(lower(threads.tags), ', '), lower(products.value)))
        OR (products.found_in = 'ticket_type' AND lower(threads.ticket_type) = lower(products.value))
    UNION ALL
    SELECT
        threads.customer_id, threads.thread_id, NULL AS message_key,
        coalesce(
            products.product, (threads.attributes ->> products.value), (threads.contact_attributes ->> products.value),
            (threads.company_attributes ->> products.value)
        ) AS product,
        threads.last_at AS at
    FROM threads
    CROSS JOIN mapping.products AS products
    WHERE products.found_in = 'attribute'
        AND coalesce(
            (threads.attributes ->> products.value), (threads.contact_attributes ->> products.value), (threads.company_attributes ->> products.value)
        ) IS NOT NULL
)

SELECT customer_id, thread_id, trim(product) AS product, min(message_key) AS message_key, max(at) AS at
FROM found
WHERE trim(product) <> ''
GROUP BY customer_id, thread_id, trim(product)
