-- name: record
-- Store what is due, once; returns its id when it is new.
-- $1 uuid: id, $2 bigint: workflow, $3 text: object type, $4 timestamptz: due_at, $5 text: nominal,
-- $6 text: local time, $7 text: zone, $8 text: tzdata, $9 text: the revision that the message names.
INSERT INTO occurrences
    (id, workflow_id, object_type_id, trigger, due_at, nominal, local_time, time_zone_id, tzdata, named_revision, version)
VALUES ($1, $2, $3, 'SCHEDULE', $4, $5, $6, $7, $8, $9, 1)
ON CONFLICT (id) DO NOTHING
RETURNING id

-- name: now
-- Return the instant by which rules decide.
SELECT rule_time()

-- name: record_asked
-- Store an occurrence that somebody asked for, once; returns its id when it is new.
-- $1 uuid: id, $2 bigint: workflow, $3 text: object type, $4 text: trigger, $5 timestamptz: due_at, $6 text: local time,
-- $7 text: zone, $8 text: command, $9 bigint[] or null: records, $10 text: the revision of that instant.
INSERT INTO occurrences
    (id, workflow_id, object_type_id, trigger, due_at, local_time, time_zone_id, command_id, record_ids, named_revision,
     version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)
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

-- name: count_attempt
-- Count an evaluation that begins and return its number. $1 uuid: id.
UPDATE occurrences SET attempts = attempts + 1, retry_at = NULL WHERE id = $1 RETURNING attempts

-- name: take_back_attempt
-- Count an evaluation no longer that had not begun. $1 uuid: id.
UPDATE occurrences SET attempts = attempts - 1 WHERE id = $1 AND attempts > 0

-- name: put_off
-- Take an occurrence out of the queue for some time. $1 uuid: id, $2 float8: seconds, $3 text: why.
UPDATE occurrences SET retry_at = rule_time() + make_interval(secs => $2), failure = $3 WHERE id = $1

-- name: lock
-- Lock an occurrence until the transaction ends, and return it. $1 uuid: id.
SELECT id, workflow_id, object_type_id, trigger, due_at, nominal, named_revision, revision, state, attempts, failure,
       version, record_ids IS NOT NULL AS names_records
FROM occurrences
WHERE id = $1
FOR UPDATE

-- name: find
-- Return an occurrence as it is. $1 uuid: id.
SELECT id, workflow_id, object_type_id, trigger, due_at, nominal, named_revision, revision, state, attempts, failure,
       version, record_ids IS NOT NULL AS names_records
FROM occurrences
WHERE id = $1

-- name: named_ids
-- Return the records that an occurrence was asked for, null when it named none. $1 uuid: id.
SELECT record_ids FROM occurrences WHERE id = $1

-- name: newest
-- Return the newest scheduled occurrence between two instants. $1 bigint: workflow, $2 timestamptz: after this one,
-- $3 timestamptz: up to this one.
SELECT due_at, nominal, state
FROM occurrences
WHERE workflow_id = $1 AND trigger = 'SCHEDULE' AND due_at > $2 AND due_at <= $3
ORDER BY due_at DESC
LIMIT 1

-- name: count_waiting
-- Count the scheduled occurrences that wait between two instants. $1 bigint or null: workflow, null for all of them,
-- $2 timestamptz: after this one, $3 timestamptz: up to this one.
SELECT count(*)
FROM occurrences
WHERE trigger = 'SCHEDULE' AND state = 'DUE'
  AND ($1::bigint IS NULL OR workflow_id = $1)
  AND due_at > $2 AND due_at <= $3

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
