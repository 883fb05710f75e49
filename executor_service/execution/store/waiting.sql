-- name: counts
-- Return how many occurrences wait in each state, counted up to a number. $1 int: the most to count.
SELECT state, count
FROM (VALUES ('DUE'), ('EVALUATED')) AS states (state)
CROSS JOIN LATERAL (
    SELECT count(*) AS count
    FROM (SELECT FROM occurrences WHERE occurrences.state = states.state LIMIT $1) AS found
) AS counted

-- name: evaluations
-- Return since when each workflow has had an evaluation to do, the longest first. Walks by the index from workflow to
-- workflow, so it costs by workflows and not by occurrences. $1 int: limit.
WITH RECURSIVE heads AS (
    (
        SELECT workflow_id, due_at FROM occurrences WHERE state = 'DUE' ORDER BY workflow_id, due_at LIMIT 1
    )
    UNION ALL
    SELECT following.workflow_id, following.due_at
    FROM heads
    CROSS JOIN LATERAL (
        SELECT occurrences.workflow_id, occurrences.due_at
        FROM occurrences
        WHERE state = 'DUE' AND occurrences.workflow_id > heads.workflow_id
        ORDER BY occurrences.workflow_id, occurrences.due_at
        LIMIT 1
    ) AS following
)
SELECT workflow_id, extract(epoch FROM rule_time() - due_at)::float8 AS seconds
FROM heads
WHERE due_at <= (SELECT rule_time())
ORDER BY due_at
LIMIT $1

-- name: cohorts
-- Return since when each workflow has had cohorts that nobody has claimed, the longest first. $1 int: limit.
SELECT workflow_id, max(extract(epoch FROM rule_time() - ready_at))::float8 AS seconds
FROM cohort_places
WHERE ready_at <= (SELECT rule_time())
GROUP BY workflow_id
ORDER BY seconds DESC
LIMIT $1
