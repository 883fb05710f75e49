-- name: lock_shared
-- Keep a workflow as it is until the commit. $1 bigint: workflow.
SELECT id FROM workflows WHERE id = $1 FOR SHARE

-- name: lock
-- Lock a workflow for a change and return it. $1 bigint: workflow.
SELECT id, is_enabled, revision, version, document, highest_action_id, time_zone_id, created_at, updated_at, deleted_at
FROM workflows
WHERE id = $1
FOR NO KEY UPDATE

-- name: standing
-- Tell whether a workflow is on and paused now. $1 bigint: workflow.
SELECT is_enabled AS is_on, paused_at IS NOT NULL AS is_paused FROM workflows WHERE id = $1

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
SELECT DISTINCT revisions.document -> 'enrollmentSchedule' AS schedule, plans.time_zone_id
FROM workflow_plans AS plans
JOIN workflow_revisions AS revisions USING (workflow_id, revision)
WHERE plans.workflow_id = $1 AND revisions.document ? 'enrollmentSchedule'

-- name: advance
-- Store the stream's version after events that change nothing else. $1 bigint: workflow, $2 int: version.
UPDATE workflows SET version = $2 WHERE id = $1
