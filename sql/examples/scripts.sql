-- In which scripts do people write to us? Tells which languages a team must read.
WITH opened AS (
    SELECT coalesce(conversations.title, '') || ' ' || parts.body AS text
    FROM intercom.conversations AS conversations
    JOIN intercom.conversation_parts AS parts ON parts.conversation_key = conversations.source_key AND parts.position = 1
),

scripts AS (
    SELECT
        CASE
            WHEN text ~ '(?s).*[\p{Hiragana}\p{Katakana}].*' THEN 'Japanese'
            WHEN text ~ '(?s).*\p{Hangul}.*' THEN 'Korean'
            WHEN text ~ '(?s).*\p{Han}.*' THEN 'Chinese'
            WHEN text ~ '(?s).*\p{Arabic}.*' THEN 'Arabic'
            WHEN text ~ '(?s).*\p{Hebrew}.*' THEN 'Hebrew'
            WHEN text ~ '(?s).*\p{Thai}.*' THEN 'Thai'
            WHEN text ~ '(?s).*\p{Devanagari}.*' THEN 'Devanagari'
            WHEN text ~ '(?s).*\p{Greek}.*' THEN 'Greek'
            WHEN text ~ '(?s).*\p{Cyrillic}.*' THEN 'Cyrillic'
            WHEN text ~ '(?s).*\p{Latin}.*' THEN 'Latin'
            ELSE 'none'
        END AS script
    FROM opened
)

SELECT script, count(*) AS conversations
FROM scripts
GROUP BY script
ORDER BY conversations DESC, script
