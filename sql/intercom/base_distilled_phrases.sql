-- one row: the phrases of mapping/asks.csv, thanks.csv and so on, and the words of products.csv, one on each line; key: none
SELECT
    (SELECT coalesce(string_agg(phrase, chr(10) ORDER BY phrase), '') FROM mapping.asks)       AS asks,
    (SELECT coalesce(string_agg(phrase, chr(10) ORDER BY phrase), '') FROM mapping.thanks)     AS thanks,
    (SELECT coalesce(string_agg(phrase, chr(10) ORDER BY phrase), '') FROM mapping.unsolved)   AS unsolved,
    (SELECT coalesce(string_agg(phrase, chr(10) ORDER BY phrase), '') FROM mapping.promises)   AS promises,
    (SELECT coalesce(string_agg(phrase, chr(10) ORDER BY phrase), '') FROM mapping.greetings)  AS greetings,
    (SELECT coalesce(string_agg(phrase, chr(10) ORDER BY phrase), '') FROM mapping.closings)   AS closings,
    (SELECT coalesce(string_agg(phrase, chr(10) ORDER BY phrase), '') FROM mapping.quotings)   AS quotings,
    (SELECT coalesce(string_agg(phrase, chr(10) ORDER BY phrase), '') FROM mapping.stop_words) AS stop_words,
    (
        SELECT coalesce(string_agg(value, chr(10) ORDER BY value), '') FROM mapping.products WHERE found_in = 'words'
    )                                                                                          AS product_words
