-- name: rule_time
-- Return the instant by which every rule decides.
SELECT rule_time()

-- name: add
-- Make a row for a workflow that has none. $1 bigint: workflow.
INSERT INTO schedules (workflow_id) VALUES ($1) ON CONFLICT ON CONSTRAINT schedules_pk DO NOTHING

-- name: lock
-- Return one row and lock it. $1 bigint: workflow.
SELECT workflow_id, version, workflow_version, revision, schedule::text AS schedule, zone, on_since, known_since,
       last_nominal, beyond, last_due_at, already_due, next_due_at, set_aside
FROM schedules
WHERE workflow_id = $1
FOR UPDATE

-- name: known_version
-- Return the version of the last change taken over, without waiting for anybody. $1 bigint: workflow.
SELECT workflow_version FROM schedules WHERE workflow_id = $1

-- name: claim_due
-- Lock and return rows with something to decide, earliest first. $1 timestamptz: now, $2 int: limit.
SELECT workflow_id, version, workflow_version, revision, schedule::text AS schedule, zone, on_since, known_since,
       last_nominal, beyond, last_due_at, already_due, next_due_at, set_aside
FROM schedules
WHERE next_due_at <= $1
ORDER BY next_due_at
LIMIT $2
FOR UPDATE SKIP LOCKED

-- name: advance
-- Store how far schedules have been decided.
-- $1 bigint[]: workflows, $2 int[]: versions, $3 timestamp[]: last nominal times, $4 text[]: JSON of those beyond,
-- $5 timestamptz[]: last due instants, $6 timestamptz[]: next instants, $7 text[]: why set aside.
UPDATE schedules
SET version = rows.version,
    last_nominal = rows.last_nominal,
    beyond = rows.beyond::jsonb,
    last_due_at = rows.last_due_at,
    next_due_at = rows.next_due_at,
    set_aside = rows.set_aside
FROM unnest(
    $1::bigint[], $2::integer[], $3::timestamp[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::text[]
) AS rows (workflow_id, version, last_nominal, beyond, last_due_at, next_due_at, set_aside)
WHERE schedules.workflow_id = rows.workflow_id

-- name: replace
-- Store one state whole.
-- $1 bigint: workflow, $2 int: version, $3 int: workflow version, $4 text: revision, $5 text: schedule as JSON or null,
-- $6 text: zone, $7 timestamptz: on since, $8 timestamptz: known since, $9 timestamp: last nominal time,
-- $10 text: JSON of those beyond, $11 timestamptz: last due instant, $12 text: JSON of the instants already due,
-- $13 timestamptz: next instant, $14 text: why set aside.
UPDATE schedules
SET version = $2,
    workflow_version = $3,
    revision = $4,
    schedule = $5::text::jsonb,
    zone = $6,
    on_since = $7,
    known_since = $8,
    last_nominal = $9,
    beyond = $10::text::jsonb,
    last_due_at = $11,
    already_due = $12::text::jsonb,
    next_due_at = $13,
    set_aside = $14
WHERE workflow_id = $1

-- name: nearest
-- Return the earliest instant at which something is to be decided.
SELECT min(next_due_at) FROM schedules WHERE next_due_at IS NOT NULL

-- name: due_after
-- Return the newest instants after one at which a workflow was due.
-- $1 text: its stream, $2 timestamptz: instant, exclusive, $3 int: limit.
SELECT (data ->> 'dueAt')::timestamptz AS due_at
FROM events
WHERE stream = $1 AND type = 'OccurrenceDue' AND (data ->> 'dueAt')::timestamptz > $2
ORDER BY version DESC
LIMIT $3
