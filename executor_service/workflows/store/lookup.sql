-- name: lock_shared
-- Keep a workflow as it is until the commit. $1 bigint: workflow.
SELECT id FROM workflows WHERE id = $1 FOR SHARE

-- name: lock
-- Lock a workflow for a change and return it. $1 bigint: workflow.
SELECT id, is_enabled, revision, version, document, highest_action_id, time_zone_id, created_at, updated_at, deleted_at,
       paused_at
FROM workflows
WHERE id = $1
FOR NO KEY UPDATE

-- name: outline
-- Return what a workflow that is not deleted is now. $1 bigint: workflow.
SELECT document ->> 'objectTypeId' AS object_type_id, revision, time_zone_id, is_enabled AS is_on,
       document #>> '{enrollmentCriteria,type}' IS NOT DISTINCT FROM 'LIST_BASED' AS has_criteria
FROM workflows
WHERE id = $1 AND deleted_at IS NULL

-- name: standing
-- Tell whether a workflow is on and paused now. $1 bigint: workflow.
SELECT is_enabled AS is_on, paused_at IS NOT NULL AS is_paused, deleted_at IS NOT NULL AS is_deleted
FROM workflows
WHERE id = $1

-- name: paused_among
-- Return those of some workflows that are paused; one that is deleted is not. $1 bigint[]: workflows,
-- $2 boolean: the account is.
SELECT id FROM workflows WHERE id = ANY ($1::bigint[]) AND deleted_at IS NULL AND ($2 OR paused_at IS NOT NULL)

-- name: deleted_among
-- Return those of some workflows that are deleted, ascending. $1 bigint[]: workflows.
SELECT id FROM workflows WHERE id = ANY ($1::bigint[]) AND deleted_at IS NOT NULL ORDER BY id

-- name: pauses
-- Return the pauses of a workflow that had not ended before an instant. $1 bigint: workflow, $2 timestamptz: instant.
SELECT paused_at, resumed_at
FROM workflow_pauses
WHERE workflow_id = $1 AND (resumed_at IS NULL OR resumed_at >= $2)

-- name: newest_at
-- Return the newest revision of a workflow at an instant. $1 bigint: workflow, $2 timestamptz: instant.
SELECT revision
FROM workflow_plans
WHERE workflow_id = $1 AND effective_at <= $2
ORDER BY version DESC
LIMIT 1

-- name: is_deleted
-- Tell whether a workflow is deleted. $1 bigint: workflow.
SELECT deleted_at IS NOT NULL FROM workflows WHERE id = $1

-- name: object_type
-- Return the object type of a workflow. $1 bigint: workflow.
SELECT document ->> 'objectTypeId' FROM workflows WHERE id = $1

-- name: in_force
-- Return what held for a workflow at an instant, and what holds now. $1 bigint: workflow, $2 timestamptz: due_at.
SELECT workflows.is_enabled AS on_now,
       workflows.deleted_at IS NOT NULL AS deleted,
       workflows.paused_at IS NOT NULL AS is_paused,
       EXISTS (
           SELECT FROM workflow_spans AS spans
           WHERE spans.workflow_id = workflows.id
             AND spans.on_from < $2
             AND (spans.off_at IS NULL OR $2 <= spans.off_at)
       ) AS was_on,
       plan.revision,
       plan.time_zone_id
FROM workflows
LEFT JOIN LATERAL (
    SELECT plans.revision, plans.time_zone_id
    FROM workflow_plans AS plans
    WHERE plans.workflow_id = workflows.id AND plans.effective_at < $2
    ORDER BY plans.version DESC
    LIMIT 1
) AS plan ON true
WHERE workflows.id = $1

-- name: revision
-- Return a revision with the zone it was last planned in. $1 bigint: workflow, $2 int: revision.
SELECT revisions.document,
       (
           SELECT plans.time_zone_id
           FROM workflow_plans AS plans
           WHERE plans.workflow_id = revisions.workflow_id AND plans.revision = revisions.revision
           ORDER BY plans.version DESC
           LIMIT 1
       ) AS time_zone_id
FROM workflow_revisions AS revisions
WHERE revisions.workflow_id = $1 AND revisions.revision = $2

-- name: schedules
-- Return every schedule a workflow ever had, each once a zone. $1 bigint: workflow.
SELECT DISTINCT (revisions.document -> 'enrollmentSchedule')::jsonb AS schedule, plans.time_zone_id
FROM workflow_plans AS plans
JOIN workflow_revisions AS revisions USING (workflow_id, revision)
WHERE plans.workflow_id = $1 AND revisions.document -> 'enrollmentSchedule' IS NOT NULL

-- name: advance
-- Store the stream's version after events that change nothing else. $1 bigint: workflow, $2 int: version.
UPDATE workflows SET version = $2 WHERE id = $1
