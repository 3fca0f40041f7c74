-- one row: the lists of mapping/phrases.csv and mapping/products.csv, a phrase on each line; key: none
WITH phrases AS (
    SELECT
        string_agg(CASE WHEN meaning = 'asks' THEN phrase END, chr(10) ORDER BY phrase)        AS asks,
        string_agg(CASE WHEN meaning = 'thanks' THEN phrase END, chr(10) ORDER BY phrase)      AS thanks,
        string_agg(CASE WHEN meaning = 'unsolved' THEN phrase END, chr(10) ORDER BY phrase)    AS unsolved,
        string_agg(CASE WHEN meaning = 'promises' THEN phrase END, chr(10) ORDER BY phrase)    AS promises,
        string_agg(CASE WHEN meaning = 'greeting' THEN phrase END, chr(10) ORDER BY phrase)    AS greeting,
        string_agg(CASE WHEN meaning = 'closing' THEN phrase END, chr(10) ORDER BY phrase)     AS closing,
        string_agg(CASE WHEN meaning = 'quoting' THEN phrase END, chr(10) ORDER BY phrase)     AS quoting,
        string_agg(CASE WHEN meaning = 'says_little' THEN phrase END, chr(10) ORDER BY phrase) AS says_little
    FROM mapping.phrases
),

products AS (
    SELECT string_agg(value, chr(10) ORDER BY value) AS product_words FROM mapping.products WHERE found_in = 'words'
)

SELECT
    coalesce(phrases.asks, '')           AS asks,
    coalesce(phrases.thanks, '')         AS thanks,
    coalesce(phrases.unsolved, '')       AS unsolved,
    coalesce(phrases.promises, '')       AS promises,
    coalesce(phrases.greeting, '')       AS greeting,
    coalesce(phrases.closing, '')        AS closing,
    coalesce(phrases.quoting, '')        AS quoting,
    coalesce(phrases.says_little, '')    AS says_little,
    coalesce(products.product_words, '') AS product_words
FROM phrases
CROSS JOIN products
