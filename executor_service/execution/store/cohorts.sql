-- name: ready
-- Return where cohorts may be claimed now, by workflow, within it the longest ready first.
SELECT workflow_id, revision, action_id, phase
FROM cohort_places
WHERE ready_at <= (SELECT rule_time())
ORDER BY workflow_id, ready_at, revision, action_id, phase

-- name: claim
-- Claim cohorts without losses at one place, up to a number of cohorts and of records, one cohort at least.
-- $1 bigint: workflow, $2 int: revision, $3 text: action, $4 text: phase, $5 int: how many cohorts, $6 text: owner,
-- $7 float8: seconds of the lease, $8 int: how many records.
WITH candidates AS MATERIALIZED (
    SELECT id, ready_at, size
    FROM cohorts
    WHERE workflow_id = $1 AND revision = $2 AND action_id = $3 AND phase = $4
      AND owner IS NULL AND losses = 0
      AND ready_at <= (SELECT rule_time())
    ORDER BY ready_at
    LIMIT $5
    FOR UPDATE SKIP LOCKED
), counted AS (
    SELECT id, size, sum(size) OVER (ORDER BY ready_at, id) AS upto FROM candidates
)
UPDATE cohorts
SET owner = $6, epoch = epoch + 1, lease_until = clock_timestamp() + make_interval(secs => $7)
FROM counted
WHERE cohorts.id = counted.id AND (counted.upto <= $8 OR counted.upto = counted.size)
RETURNING cohorts.id, cohorts.epoch, cohorts.size, cohorts.object_type_id

-- name: claim_lost
-- Claim one cohort with losses at one place. Parameters 1 to 4, 5 (owner), 6 (seconds) as in claim.
WITH candidates AS MATERIALIZED (
    SELECT id
    FROM cohorts
    WHERE workflow_id = $1 AND revision = $2 AND action_id = $3 AND phase = $4
      AND owner IS NULL AND losses > 0
      AND ready_at <= (SELECT rule_time())
    ORDER BY ready_at
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
UPDATE cohorts
SET owner = $5, epoch = epoch + 1, lease_until = clock_timestamp() + make_interval(secs => $6)
FROM candidates
WHERE cohorts.id = candidates.id
RETURNING cohorts.id, cohorts.epoch, cohorts.size, cohorts.object_type_id

-- name: lock
-- Lock the cohorts of a claim that still have its epochs, by id, and return each with the instant and its occurrence.
-- $1 uuid[]: ids, $2 int[]: their epochs.
SELECT rule_time() AS now, cohorts.id, cohorts.occurrence_id, cohorts.epoch, cohorts.losses, cohorts.visit,
       cohorts.walked, cohorts.phase, cohorts.ready_at, cohorts.record_ids, occurrences.due_at, occurrences.trigger
FROM cohorts
JOIN unnest($1::uuid[], $2::integer[]) AS claimed (id, epoch) ON claimed.id = cohorts.id
LEFT JOIN occurrences ON occurrences.id = cohorts.occurrence_id
WHERE cohorts.epoch = claimed.epoch AND cohorts.owner IS NOT NULL
ORDER BY cohorts.id
FOR UPDATE OF cohorts

-- name: lock_expired
-- Lock cohorts whose lease has run out, by id, passing over those in use. $1 int: limit.
SELECT workflow_id, revision, action_id, object_type_id,
       id, occurrence_id, epoch, losses, visit, walked, phase, ready_at, record_ids
FROM cohorts
WHERE owner IS NOT NULL AND lease_until < (SELECT clock_timestamp())
ORDER BY id
LIMIT $1
FOR UPDATE SKIP LOCKED

-- name: end
-- Delete cohorts that have ended. $1 uuid[]: ids.
DELETE FROM cohorts WHERE id = ANY ($1::uuid[])

-- name: move
-- Let cohorts go on as they are. $1 uuid[]: ids, $2 text[]: actions, $3 text[]: phases, $4 timestamptz[]: instants,
-- $5 int[]: visits, $6 int[]: how many actions they have come to.
UPDATE cohorts
SET action_id = moves.action_id, phase = moves.phase, ready_at = moves.ready_at, visit = moves.visit,
    walked = moves.walked, owner = NULL, lease_until = NULL, losses = 0
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::integer[], $6::integer[])
    AS moves (id, action_id, phase, ready_at, visit, walked)
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
-- $6 text[]: actions, $7 text[]: phases, $8 timestamptz[]: instants, $9 int[]: visits, $10 int[]: actions come to,
-- $11 int[]: losses, $12 int[], $13 int[]: where the records of each begin and end in $14 (1-based), $14 bigint[]: ids.
INSERT INTO cohorts
    (id, workflow_id, occurrence_id, revision, object_type_id, action_id, phase, ready_at, visit, walked, size, losses,
     record_ids)
SELECT id, $1, occurrence_id, $2, $3, action_id, phase, ready_at, visit, walked, ends - begins + 1, losses,
       ($14::bigint[])[begins:ends]
FROM unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::timestamptz[], $9::integer[], $10::integer[],
            $11::integer[], $12::integer[], $13::integer[])
    AS rows (id, occurrence_id, action_id, phase, ready_at, visit, walked, losses, begins, ends)

-- name: has_cohorts
-- Tell whether a cohort of an occurrence is left. $1 uuid: occurrence.
SELECT EXISTS (SELECT FROM cohorts WHERE occurrence_id = $1)

-- name: active
-- Return the records of a workflow's cohorts, one array a cohort. $1 bigint: workflow.
SELECT record_ids FROM cohorts WHERE workflow_id = $1
