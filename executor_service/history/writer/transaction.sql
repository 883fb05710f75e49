-- name: lock_checkpoint
-- Return the position up to which the history stands, and let nobody else project.
SELECT position FROM checkpoint FOR UPDATE

-- name: set_checkpoint
-- Move the checkpoint. $1 bigint: position.
UPDATE checkpoint SET position = $1

-- name: standings
-- Return the active cohorts that may hold records that move, with their ids.
-- $1 uuid[]: occurrences, $2 text[]: where the records stand, $3 bigint[]: lowest ids, $4 bigint[]: highest ids.
SELECT DISTINCT ON (cohorts.position, cohorts.n)
    cohorts.position, cohorts.n, cohorts.workflow_id, cohorts.occurrence_id, cohorts.page_position,
    cohorts.record_ids IS NULL AS whole, cohorts.action_id, cohorts.next_action_at,
    coalesce(cohorts.record_ids, pages.record_ids) AS record_ids
FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[]) AS moves (occurrence_id, action_id, first_id, last_id)
JOIN cohorts ON cohorts.occurrence_id = moves.occurrence_id
    AND cohorts.status = 'ACTIVE'
    AND cohorts.action_id = moves.action_id
    AND cohorts.first_id <= moves.last_id
    AND cohorts.last_id >= moves.first_id
LEFT JOIN pages ON pages.position = cohorts.page_position
ORDER BY cohorts.position, cohorts.n

-- name: remove_cohorts
-- Delete cohorts by their names. $1 bigint[]: positions, $2 int[]: numbers.
DELETE FROM cohorts
USING unnest($1::bigint[], $2::integer[]) AS gone (position, n)
WHERE cohorts.position = gone.position AND cohorts.n = gone.n

-- name: zones
-- Return the zones of workflows. $1 bigint[]: ids.
SELECT id, time_zone_id FROM workflows WHERE id = ANY ($1::bigint[])

-- name: change_workflow
-- Write columns of a workflow's row, null ones stay, and return its zone. $1 bigint: id, $2 text: revision,
-- $3 bool: a document was saved, $4 text: name, $5 text: object type, $6 jsonb: schedule, $7 text: zone, $8 bool: on,
-- $9 timestamptz: deleted at, $10 bigint: position, $11 timestamptz: in force since,
-- $12 bool: a pause began or ended, $13 timestamptz or null: paused at.
INSERT INTO workflows AS stored
    (id, revision_id, name, object_type_id, schedule, time_zone_id, is_enabled, deleted_at, position, in_force_since,
     paused_at)
VALUES ($1, $2, $4, coalesce($5, ''), $6, coalesce($7, 'UTC'), coalesce($8, false), $9, $10, $11, $13)
ON CONFLICT (id) DO UPDATE SET
    revision_id = $2,
    name = CASE WHEN $3 THEN $4 ELSE stored.name END,
    object_type_id = coalesce($5, stored.object_type_id),
    schedule = CASE WHEN $3 THEN $6 ELSE stored.schedule END,
    time_zone_id = coalesce($7, stored.time_zone_id),
    is_enabled = coalesce($8, stored.is_enabled),
    deleted_at = coalesce($9, stored.deleted_at),
    in_force_since = coalesce($11, stored.in_force_since),
    paused_at = CASE WHEN $12 THEN $13 ELSE stored.paused_at END,
    position = $10
RETURNING time_zone_id

-- name: change_account
-- Write the account's pause. $1 timestamptz or null: paused at, $2 bigint: position.
UPDATE account SET paused_at = $1, position = $2

-- name: add_occurrence
-- Add an occurrence. $1 uuid: id, $2 bigint: workflow, $3 text: revision, $4 text: trigger, $5 timestamptz: due at,
-- $6 text: local time, $7 text: zone, $8 text: state, $9 text: skip reason, $10 jsonb: skip, $11 timestamptz: recorded at,
-- $12 timestamptz: completed at, $13 bigint: position.
INSERT INTO occurrences
    (id, workflow_id, revision_id, trigger, due_at, local_time, time_zone_id, state, skip_reason, skip, recorded_at,
     completed_at, position)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)

-- name: change_occurrence
-- Write columns of an occurrence; null ones stay. $1 uuid: id, $2 text: state, $3 text: revision, $4 text: skip reason,
-- $5 jsonb: failure, $6 to $10 bigint: matched, enrolled, already enrolled, suppressed, missing,
-- $11 timestamptz: evaluated at, $12 timestamptz: completed at.
UPDATE occurrences SET
    state = $2,
    revision_id = coalesce($3, revision_id),
    skip_reason = coalesce($4, skip_reason),
    failure = coalesce($5, failure),
    matched = coalesce($6, matched),
    enrolled = coalesce($7, enrolled),
    already_enrolled = coalesce($8, already_enrolled),
    suppressed = coalesce($9, suppressed),
    missing = coalesce($10, missing),
    evaluated_at = coalesce($11, evaluated_at),
    completed_at = coalesce($12, completed_at)
WHERE id = $1

-- name: count_occurrences
-- Add to the counts of occurrences. $1 uuid[]: ids, $2 bigint[]: active, $3 bigint[]: completed, $4 bigint[]: unenrolled.
UPDATE occurrences SET
    active = occurrences.active + change.active,
    completed = occurrences.completed + change.completed,
    unenrolled = occurrences.unenrolled + change.unenrolled
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[]) AS change (id, active, completed, unenrolled)
WHERE occurrences.id = change.id

-- name: count_workflows
-- Add to the counts of workflows. $1 bigint[]: ids, $2 bigint[]: active, $3 bigint[]: enrolled, $4 bigint[]: completed,
-- $5 bigint[]: unenrolled, $6 bigint[]: unenrolled because they met the goal.
UPDATE workflows SET
    active = workflows.active + change.active,
    enrolled = workflows.enrolled + change.enrolled,
    completed = workflows.completed + change.completed,
    unenrolled = workflows.unenrolled + change.unenrolled,
    goals = workflows.goals + change.goals
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
    AS change (id, active, enrolled, completed, unenrolled, goals)
WHERE workflows.id = change.id

-- name: count_days
-- Add to what happened on days. $1 bigint[]: workflows, $2 date[]: days, $3 bigint[]: enrolled, $4 bigint[]: completed,
-- $5 bigint[]: unenrolled.
INSERT INTO days AS stored (workflow_id, day, enrolled, completed, unenrolled)
SELECT change.workflow_id, change.day, change.enrolled, change.completed, change.unenrolled
FROM unnest($1::bigint[], $2::date[], $3::bigint[], $4::bigint[], $5::bigint[])
    AS change (workflow_id, day, enrolled, completed, unenrolled)
ON CONFLICT (workflow_id, day) DO UPDATE SET
    enrolled = stored.enrolled + excluded.enrolled,
    completed = stored.completed + excluded.completed,
    unenrolled = stored.unenrolled + excluded.unenrolled

-- name: count_waiting
-- Add to how many records stand at actions. $1 bigint[]: workflows, $2 text[]: actions, $3 bigint[]: how many more.
INSERT INTO waiting AS stored (workflow_id, action_id, n)
SELECT change.workflow_id, change.action_id, change.n
FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS change (workflow_id, action_id, n)
ON CONFLICT (workflow_id, action_id) DO UPDATE SET n = stored.n + excluded.n

-- name: leave_empty_actions
-- Forget actions at which nobody stands any more. $1 bigint[]: workflows.
DELETE FROM waiting WHERE workflow_id = ANY ($1::bigint[]) AND n = 0

-- name: meet_cause
-- Add to a cause. $1 uuid: id, $2 text: kind, $3 bigint or null: workflow, $4 text: reason, $5 uuid or null: occurrence,
-- $6 bigint: how often, $7 timestamptz: first at, $8 timestamptz: last at, $9 jsonb: sample, $10 jsonb: details,
-- $11 bigint: position.
INSERT INTO causes AS stored
    (id, kind, workflow_id, reason, occurrence_id, count, first_at, last_at, sample, details, position)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (id) DO UPDATE SET
    occurrence_id = excluded.occurrence_id,
    count = stored.count + excluded.count,
    last_at = excluded.last_at,
    sample = excluded.sample,
    details = excluded.details,
    position = excluded.position

-- name: begin_minutes
-- Note where minutes begin, unless that is known. $1 timestamptz[]: minutes, $2 bigint[]: positions.
INSERT INTO minutes (minute, position)
SELECT begun.minute, begun.position
FROM unnest($1::timestamptz[], $2::bigint[]) AS begun (minute, position)
ON CONFLICT (minute) DO NOTHING
