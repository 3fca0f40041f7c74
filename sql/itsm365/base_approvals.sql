-- one row per approval with what those said who were asked; key: uuid
SELECT
    approvals.uuid,
    'itsm365:' || replace(approvals.uuid, '$', ':')                                         AS source_key,
    approvals.source,
    coalesce(nullif(trim(approvals.title), ''), approvals.uuid)                             AS name,
    coalesce(states.title, approvals.state)                                                 AS status,
    approvals.created_at,
    approvals.deadline,
    count(votes.uuid)                                                                       AS votes,
    string_agg(coalesce(nullif(trim(votes.voter_name), ''), 'somebody') || ': ' || coalesce(vote_states.title, votes.state, 'no answer')
        || coalesce(' (' || nullif(trim(votes.comment), '') || ')', ''), '; ' ORDER BY votes.created_at, votes.uuid) AS answers,
    string_agg(coalesce(nullif(trim(votes.voter_name), ''), 'somebody'), ', ' ORDER BY votes.created_at, votes.uuid) AS approvers
FROM itsm365.approvals AS approvals
LEFT JOIN base_states AS states ON states.type = approvals.type AND states.code = approvals.state
LEFT JOIN itsm365.votes AS votes ON votes.approval = approvals.uuid
LEFT JOIN base_states AS vote_states ON vote_states.type = votes.type AND vote_states.code = votes.state
GROUP BY approvals.uuid, approvals.source, approvals.title, states.title, approvals.state, approvals.created_at, approvals.deadline
