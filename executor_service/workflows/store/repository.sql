-- name: now
-- Return the instant by which rules decide.
SELECT rule_time()

-- name: draw_id
-- Return the id of a workflow that is about to be made.
SELECT nextval(pg_get_serial_sequence('workflows', 'id'))

-- name: lock
-- Lock a workflow for a change and return it. $1 bigint: workflow.
SELECT id, is_enabled, revision, version, document, highest_action_id, time_zone_id, created_at, updated_at, deleted_at,
       paused_at
FROM workflows
WHERE id = $1
FOR NO KEY UPDATE

-- name: lock_enabled
-- Lock every workflow that is on for a change and return them, ascending.
SELECT id, is_enabled, revision, version, document, highest_action_id, time_zone_id, created_at, updated_at, deleted_at,
       paused_at
FROM workflows
WHERE is_enabled
ORDER BY id
FOR NO KEY UPDATE

-- name: load
-- Return a workflow as it is. $1 bigint: workflow.
SELECT id, is_enabled, revision, version, document, highest_action_id, time_zone_id, created_at, updated_at, deleted_at,
       paused_at
FROM workflows
WHERE id = $1

-- name: page
-- Return workflows that are not deleted, ascending, without their documents.
-- $1 bigint: id, exclusive.
-- $2 int: how many.
SELECT id, is_enabled, revision, created_at, updated_at,
       document ->> 'name' AS name,
       document ->> 'uuid' AS uuid,
       document ->> 'flowType' AS flow_type,
       document ->> 'objectTypeId' AS object_type_id
FROM workflows
WHERE id > $1 AND deleted_at IS NULL
ORDER BY id
LIMIT $2

-- name: write
-- Store a workflow after a change. $1 bigint: id, $2 boolean: it is on, $3 int: revision, $4 int: version,
-- $5 json: document, $6 int: highest action id, $7 text: zone, $8, $9, $10, $11 timestamptz: created, updated, deleted,
-- paused.
INSERT INTO workflows
    (id, is_enabled, revision, version, document, highest_action_id, time_zone_id, created_at, updated_at, deleted_at,
     paused_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT ON CONSTRAINT workflows_pk DO UPDATE SET
    is_enabled = excluded.is_enabled,
    revision = excluded.revision,
    version = excluded.version,
    document = excluded.document,
    highest_action_id = excluded.highest_action_id,
    time_zone_id = excluded.time_zone_id,
    updated_at = excluded.updated_at,
    deleted_at = excluded.deleted_at,
    paused_at = excluded.paused_at

-- name: add_revision
-- Keep a revision. $1 bigint: workflow, $2 int: revision, $3 json: document.
INSERT INTO workflow_revisions (workflow_id, revision, document) VALUES ($1, $2, $3)

-- name: add_plans
-- Note what is in force from when on.
-- $1 bigint: workflow, $2 int[]: versions, $3 int[]: revisions, $4 text[]: zones, $5 timestamptz[]: instants.
INSERT INTO workflow_plans (workflow_id, version, revision, time_zone_id, effective_at)
SELECT $1::bigint, version, revision, time_zone_id, effective_at
FROM unnest($2::integer[], $3::integer[], $4::text[], $5::timestamptz[])
    AS plans (version, revision, time_zone_id, effective_at)

-- name: open_span
-- Note that a workflow is on. $1 bigint: workflow, $2 int: version, $3 timestamptz: from when on.
INSERT INTO workflow_spans (workflow_id, version, on_from) VALUES ($1, $2, $3)

-- name: close_span
-- Note that a workflow is off. $1 bigint: workflow, $2 timestamptz: from when on.
UPDATE workflow_spans SET off_at = $2 WHERE workflow_id = $1 AND off_at IS NULL

-- name: open_pause
-- Note that a workflow is paused. $1 bigint: workflow, $2 int: version, $3 timestamptz: from when on.
INSERT INTO workflow_pauses (workflow_id, version, paused_at) VALUES ($1, $2, $3)

-- name: close_pause
-- Note that a workflow goes on. $1 bigint: workflow, $2 timestamptz: up to when it was paused.
UPDATE workflow_pauses SET resumed_at = $2 WHERE workflow_id = $1 AND resumed_at IS NULL
