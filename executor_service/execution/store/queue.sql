-- name: waiting
-- Return the workflows that have something in their queue now, the one that waits longest first.
WITH put_off AS MATERIALIZED (
    SELECT DISTINCT ON (workflow_id) workflow_id, due_at, id
    FROM occurrences
    WHERE state = 'DUE' AND retry_at IS NOT NULL AND retry_at > (SELECT rule_time())
    ORDER BY workflow_id, due_at, id
), waiting AS (
    SELECT occurrences.workflow_id, occurrences.due_at AS since, false AS is_request
    FROM occurrences
    LEFT JOIN put_off USING (workflow_id)
    WHERE occurrences.state = 'DUE'
      AND occurrences.due_at <= (SELECT rule_time())
      AND (occurrences.retry_at IS NULL OR occurrences.retry_at <= (SELECT rule_time()))
      AND (
          occurrences.trigger <> 'SCHEDULE'
          OR put_off.id IS NULL
          OR (occurrences.due_at, occurrences.id) < (put_off.due_at, put_off.id)
      )
    UNION ALL
    SELECT workflow_id, filed_at, true FROM unenrollment_requests WHERE ended_at IS NULL
)
SELECT workflow_id, bool_or(is_request) AS has_requests
FROM waiting
GROUP BY workflow_id
ORDER BY min(since), workflow_id

-- name: head
-- Return the first occurrence and the first request for unenrollment of a workflow's queue, as of one snapshot: read one
-- after the other, what is asked for in between would be taken in the wrong order. The occurrence is due, and, if it is
-- scheduled, not behind one that waits to be tried again. $1 bigint: workflow, $2 boolean: only what was asked for.
WITH first AS MATERIALIZED (
    SELECT id, workflow_id, object_type_id, trigger, due_at, nominal, named_revision, revision, state, attempts, failure,
           version, record_ids IS NOT NULL AS names_records
    FROM occurrences
    WHERE workflow_id = $1
      AND state = 'DUE'
      AND due_at <= (SELECT rule_time())
      AND (retry_at IS NULL OR retry_at <= (SELECT rule_time()))
      AND (
          trigger <> 'SCHEDULE'
          OR NOT $2 AND NOT EXISTS (
              SELECT FROM occurrences AS ahead
              WHERE ahead.state = 'DUE'
                AND ahead.retry_at IS NOT NULL
                AND ahead.workflow_id = occurrences.workflow_id
                AND (ahead.due_at, ahead.id) < (occurrences.due_at, occurrences.id)
                AND ahead.retry_at > (SELECT rule_time())
          )
      )
    ORDER BY due_at, id
    LIMIT 1
), filed AS MATERIALIZED (
    SELECT id, filed_at
    FROM unenrollment_requests
    WHERE workflow_id = $1 AND ended_at IS NULL
    ORDER BY filed_at, id
    LIMIT 1
)
SELECT first.id, first.workflow_id, first.object_type_id, first.trigger, first.due_at, first.nominal,
       first.named_revision, first.revision, first.state, first.attempts, first.failure, first.version,
       first.names_records, filed.id AS request_id, filed.filed_at
FROM (SELECT) AS once
LEFT JOIN first ON true
LEFT JOIN filed ON true

-- name: seconds_until_next
-- Return how long it is until something that is still ahead may be evaluated, null when nothing is.
SELECT extract(epoch FROM min(greatest(due_at, retry_at)) - (SELECT rule_time()))::float8
FROM occurrences
WHERE state = 'DUE' AND greatest(due_at, retry_at) > (SELECT rule_time())
