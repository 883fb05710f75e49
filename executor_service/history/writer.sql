-- name: checkpoint
-- Return the position up to which the history stands.
SELECT position FROM checkpoint

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
    cohorts.record_ids IS NULL AS whole, cohorts.action_id,
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

-- name: change_workflow
-- Write columns of a workflow's row; null ones stay. $1 bigint: id, $2 text: revision, $3 bool: a document was saved,
-- $4 text: name, $5 text: object type, $6 jsonb: schedule, $7 text: zone, $8 bool: on, $9 timestamptz: deleted at,
-- $10 bigint: position.
INSERT INTO workflows AS stored
    (id, revision_id, name, object_type_id, schedule, time_zone_id, is_enabled, deleted_at, position)
VALUES ($1, $2, $4, coalesce($5, ''), $6, coalesce($7, 'UTC'), coalesce($8, false), $9, $10)
ON CONFLICT (id) DO UPDATE SET
    revision_id = $2,
    name = CASE WHEN $3 THEN $4 ELSE stored.name END,
    object_type_id = coalesce($5, stored.object_type_id),
    schedule = CASE WHEN $3 THEN $6 ELSE stored.schedule END,
    time_zone_id = coalesce($7, stored.time_zone_id),
    is_enabled = coalesce($8, stored.is_enabled),
    deleted_at = coalesce($9, stored.deleted_at),
    position = $10

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
-- Add to the counts of workflows. $1 bigint[]: ids, $2 bigint[]: active, $3 bigint[]: enrolled.
UPDATE workflows SET
    active = workflows.active + change.active,
    enrolled = workflows.enrolled + change.enrolled
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS change (id, active, enrolled)
WHERE workflows.id = change.id
