-- one row per problem, task, or change that is no conversation, on which somebody commented: all that was said, as text; key: uuid
SELECT
    said.about                                                                              AS uuid,
    string_agg(
        coalesce(to_char(said.created_at, '%Y-%m-%d %H:%M') || ' UTC, ', '') || coalesce(agents.name, people.name, said.author_name, 'ITSM 365')
            || CASE WHEN said.private THEN ' (note): ' ELSE ': ' END || coalesce(trim(html_to_text(said.body)), '(no text)'),
        chr(10) || chr(10) ORDER BY said.created_at, TRY_CAST(split_part(said.uuid, '$', 2) AS BIGINT)) AS comments
FROM base_comment_texts AS said
LEFT JOIN base_tickets AS tickets ON tickets.uuid = said.about
LEFT JOIN base_agents AS agents ON agents.uuid = said.author
LEFT JOIN base_people AS people ON people.uuid = said.author
WHERE tickets.uuid IS NULL OR tickets.fate = 'object'
GROUP BY said.about
