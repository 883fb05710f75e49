-- name: ready
-- Return where cohorts may be claimed now, by workflow, within it the longest ready first. Walks from place to place by
-- the index, so it costs by places and not by cohorts.
WITH RECURSIVE places AS (
    (
        SELECT workflow_id, revision, action_id
        FROM cohorts
        WHERE owner IS NULL
        ORDER BY workflow_id, revision, action_id
        LIMIT 1
    )
    UNION ALL
    SELECT following.workflow_id, following.revision, following.action_id
    FROM places
    CROSS JOIN LATERAL (
        SELECT cohorts.workflow_id, cohorts.revision, cohorts.action_id
        FROM cohorts
        WHERE owner IS NULL
          AND (cohorts.workflow_id, cohorts.revision, cohorts.action_id)
            > (places.workflow_id, places.revision, places.action_id)
        ORDER BY cohorts.workflow_id, cohorts.revision, cohorts.action_id
        LIMIT 1
    ) AS following
)
SELECT places.workflow_id, places.revision, places.action_id
FROM places
CROSS JOIN LATERAL (
    SELECT cohorts.ready_at
    FROM cohorts
    WHERE owner IS NULL
      AND cohorts.workflow_id = places.workflow_id
      AND cohorts.revision = places.revision
      AND cohorts.action_id = places.action_id
    ORDER BY cohorts.ready_at
    LIMIT 1
) AS first
WHERE first.ready_at <= (SELECT rule_time())
ORDER BY places.workflow_id, first.ready_at, places.revision, places.action_id

-- name: claim
-- Claim cohorts without losses at one place, up to a number of cohorts and 1,000 records, one cohort at least.
-- $1 bigint: workflow, $2 int: revision, $3 text: action, $4 int: how many cohorts, $5 text: owner,
-- $6 float8: seconds of the lease, $7 int: how many records.
WITH candidates AS MATERIALIZED (
    SELECT id, ready_at, size
    FROM cohorts
    WHERE workflow_id = $1 AND revision = $2 AND action_id = $3
      AND owner IS NULL AND losses = 0
      AND ready_at <= (SELECT rule_time())
    ORDER BY ready_at
    LIMIT $4
    FOR UPDATE SKIP LOCKED
), counted AS (
    SELECT id, size, sum(size) OVER (ORDER BY ready_at, id) AS upto FROM candidates
)
UPDATE cohorts
SET owner = $5, epoch = epoch + 1, lease_until = clock_timestamp() + make_interval(secs => $6)
FROM counted
WHERE cohorts.id = counted.id AND (counted.upto <= $7 OR counted.upto = counted.size)
RETURNING cohorts.id, cohorts.epoch, cohorts.size, cohorts.object_type_id

-- name: claim_lost
-- Claim one cohort with losses at one place. Parameters 1, 2, 3, 4 (owner), 5 (seconds) as in claim.
WITH candidates AS MATERIALIZED (
    SELECT id
    FROM cohorts
    WHERE workflow_id = $1 AND revision = $2 AND action_id = $3
      AND owner IS NULL AND losses > 0
      AND ready_at <= (SELECT rule_time())
    ORDER BY ready_at
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
UPDATE cohorts
SET owner = $4, epoch = epoch + 1, lease_until = clock_timestamp() + make_interval(secs => $5)
FROM candidates
WHERE cohorts.id = candidates.id
RETURNING cohorts.id, cohorts.epoch, cohorts.size, cohorts.object_type_id

-- name: lock
-- Lock the cohorts of a claim that still have its epochs, by id, and return the instant with each.
-- $1 uuid[]: ids, $2 int[]: their epochs.
SELECT rule_time() AS now, cohorts.id, occurrence_id, cohorts.epoch, losses, visit, ready_at, record_ids
FROM cohorts
JOIN unnest($1::uuid[], $2::integer[]) AS claimed (id, epoch) ON claimed.id = cohorts.id
WHERE cohorts.epoch = claimed.epoch AND owner IS NOT NULL
ORDER BY cohorts.id
FOR UPDATE OF cohorts

-- name: lock_expired
-- Lock cohorts whose lease has run out, by id, passing over those in use. $1 int: limit.
SELECT workflow_id, revision, action_id, object_type_id,
       id, occurrence_id, epoch, losses, visit, ready_at, record_ids
FROM cohorts
WHERE owner IS NOT NULL AND lease_until < (SELECT clock_timestamp())
ORDER BY id
LIMIT $1
FOR UPDATE SKIP LOCKED

-- name: end
-- Delete cohorts that have ended. $1 uuid[]: ids.
DELETE FROM cohorts WHERE id = ANY ($1::uuid[])

-- name: move
-- Let cohorts go on as they are. $1 uuid[]: ids, $2 text[]: actions, $3 timestamptz[]: instants.
UPDATE cohorts
SET action_id = moves.action_id, ready_at = moves.ready_at, owner = NULL, lease_until = NULL, losses = 0
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS moves (id, action_id, ready_at)
WHERE cohorts.id = moves.id

-- name: release
-- Take a cohort from its owner. $1 uuid: id, $2 int: its losses.
UPDATE cohorts SET owner = NULL, lease_until = NULL, losses = $2 WHERE id = $1

-- name: raise_epoch
-- Begin a new epoch of a cohort. $1 uuid: id.
UPDATE cohorts SET epoch = epoch + 1 WHERE id = $1

-- name: add
-- Store new cohorts of one workflow and revision; the ids of all of them stand in one array.
-- $1 bigint: workflow, $2 int: revision, $3 text: object type, $4 uuid[]: ids, $5 uuid[]: occurrences,
-- $6 text[]: actions, $7 timestamptz[]: instants, $8 int[]: visits, $9 int[]: losses,
-- $10 int[], $11 int[]: where the records of each begin and end in $12 (1-based), $12 bigint[]: record ids.
INSERT INTO cohorts
    (id, workflow_id, occurrence_id, revision, object_type_id, action_id, ready_at, visit, size, losses, record_ids)
SELECT id, $1, occurrence_id, $2, $3, action_id, ready_at, visit, ends - begins + 1, losses,
       ($12::bigint[])[begins:ends]
FROM unnest($4::uuid[], $5::uuid[], $6::text[], $7::timestamptz[], $8::integer[], $9::integer[], $10::integer[],
            $11::integer[])
    AS rows (id, occurrence_id, action_id, ready_at, visit, losses, begins, ends)

-- name: has_cohorts
-- Tell whether a cohort of an occurrence is left. $1 uuid: occurrence.
SELECT EXISTS (SELECT FROM cohorts WHERE occurrence_id = $1)

-- name: active
-- Return the records of a workflow's cohorts, one array a cohort. $1 bigint: workflow.
SELECT record_ids FROM cohorts WHERE workflow_id = $1
