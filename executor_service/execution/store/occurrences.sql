-- name: record
-- Store what is due, once; returns its id when it is new.
-- $1 uuid: id, $2 bigint: workflow, $3 text: object type, $4 timestamptz: due_at, $5 text: nominal,
-- $6 text: local time, $7 text: zone, $8 text: tzdata, $9 text: the revision that the message names.
INSERT INTO occurrences
    (id, workflow_id, object_type_id, trigger, due_at, nominal, local_time, time_zone_id, tzdata, named_revision, version)
VALUES ($1, $2, $3, 'SCHEDULE', $4, $5, $6, $7, $8, $9, 1)
ON CONFLICT (id) DO NOTHING
RETURNING id

-- name: record_skips
-- Store what the scheduler skipped, once; returns its event's id when it is new.
-- $1 bigint: workflow, $2 text: event, $3 text: revision, $4 text: reason,
-- $5 text: first nominal time, $6 text: last one, $7 int: how many, $8 timestamptz, $9 timestamptz: their instants.
INSERT INTO scheduler_skips (workflow_id, event_id, revision_id, reason, first, last, count, first_at, last_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (workflow_id, event_id) DO NOTHING
RETURNING event_id

-- name: is_skipped
-- Tell whether a skip is recorded over an occurrence. $1 bigint: workflow, $2 text: revision, $3 text: nominal time,
-- $4 timestamptz: its instant, which tells the passes of a local time that exists twice apart.
SELECT EXISTS (
    SELECT FROM scheduler_skips
    WHERE workflow_id = $1 AND revision_id = $2 AND last >= $3 AND first <= $3
      AND (first_at IS NULL OR $4 BETWEEN first_at AND last_at)
)

-- name: waiting_workflows
-- Return workflows with an occurrence to be evaluated now, the longest due first. $1 int: limit.
SELECT workflow_id
FROM occurrences
WHERE state = 'DUE'
  AND due_at <= (SELECT rule_time())
  AND (retry_at IS NULL OR retry_at <= (SELECT rule_time()))
  AND NOT (trigger = 'SCHEDULE' AND EXISTS (
      SELECT FROM occurrences AS ahead
      WHERE ahead.state = 'DUE'
        AND ahead.workflow_id = occurrences.workflow_id
        AND (ahead.due_at, ahead.id) < (occurrences.due_at, occurrences.id)
        AND ahead.retry_at > (SELECT rule_time())
  ))
GROUP BY workflow_id
ORDER BY min(due_at), workflow_id
LIMIT $1

-- name: head
-- Return the head of a workflow's queue: the first that is due and not behind one that waits to be tried again.
-- $1 bigint: workflow.
SELECT id, workflow_id, object_type_id, trigger, due_at, nominal, named_revision, revision, state, attempts, failure,
       version
FROM occurrences
WHERE workflow_id = $1
  AND state = 'DUE'
  AND due_at <= (SELECT rule_time())
  AND (retry_at IS NULL OR retry_at <= (SELECT rule_time()))
  AND NOT (trigger = 'SCHEDULE' AND EXISTS (
      SELECT FROM occurrences AS ahead
      WHERE ahead.state = 'DUE'
        AND ahead.workflow_id = occurrences.workflow_id
        AND (ahead.due_at, ahead.id) < (occurrences.due_at, occurrences.id)
        AND ahead.retry_at > (SELECT rule_time())
  ))
ORDER BY due_at, id
LIMIT 1

-- name: seconds_until_next
-- Return how long it is until the next occurrence may be evaluated, null when none waits.
SELECT greatest(extract(epoch FROM min(greatest(due_at, retry_at)) - (SELECT rule_time())), 0)::float8
FROM occurrences
WHERE state = 'DUE'

-- name: count_attempt
-- Count an evaluation that begins and return its number. $1 uuid: id.
UPDATE occurrences SET attempts = attempts + 1, retry_at = NULL WHERE id = $1 RETURNING attempts

-- name: put_off
-- Take an occurrence out of the queue for some time. $1 uuid: id, $2 float8: seconds, $3 text: why.
UPDATE occurrences SET retry_at = rule_time() + make_interval(secs => $2), failure = $3 WHERE id = $1

-- name: lock
-- Lock an occurrence until the transaction ends, and return it. $1 uuid: id.
SELECT id, workflow_id, object_type_id, trigger, due_at, nominal, named_revision, revision, state, attempts, failure,
       version
FROM occurrences
WHERE id = $1
FOR UPDATE

-- name: settle
-- Write what became of an occurrence.
-- $1 uuid: id, $2 text: state, $3 int or null: revision, $4 int: version of its stream.
UPDATE occurrences SET state = $2, revision = $3, version = $4, retry_at = NULL WHERE id = $1

-- name: without_cohorts
-- Return evaluated occurrences that no cohort belongs to any more, by workflow. $1 int: limit.
SELECT workflow_id, id
FROM occurrences
WHERE state = 'EVALUATED'
  AND NOT EXISTS (SELECT FROM cohorts WHERE cohorts.occurrence_id = occurrences.id)
ORDER BY workflow_id, id
LIMIT $1
