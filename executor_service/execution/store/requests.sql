-- name: file
-- Store a request for unenrollment, once; returns its id when it is new.
-- $1 uuid: id, $2 bigint: workflow, $3 text: reason, $4 timestamptz: instant of filing.
INSERT INTO unenrollment_requests (id, workflow_id, reason, filed_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO NOTHING
RETURNING id

-- name: file_records
-- Store the records of a new request. $1 uuid: request, $2 bigint: workflow, $3 text: reason, $4 bigint[]: records.
INSERT INTO unenrollments (request_id, workflow_id, reason, record_id)
SELECT $1, $2, $3, record_id
FROM unnest($4::bigint[]) AS named (record_id)

-- name: is_filed
-- Tell whether a request was filed before. $1 uuid: id.
SELECT EXISTS (SELECT FROM unenrollment_requests WHERE id = $1)

-- name: take
-- Note that records leave by their pending requests, and return the reason of each. $1 bigint: workflow,
-- $2 bigint[]: records.
WITH noted AS (
    UPDATE unenrollments
    SET has_left = true
    WHERE workflow_id = $1 AND record_id = ANY ($2::bigint[])
    RETURNING record_id, request_id, reason
)
SELECT DISTINCT ON (record_id) record_id, reason FROM noted ORDER BY record_id, request_id

-- name: holding
-- Return the cohorts that hold records of a pending request, those that nobody owns first. $1 bigint: workflow,
-- $2 uuid: request, $3 int: limit.
SELECT DISTINCT cohorts.owner IS NOT NULL AS is_owned, cohorts.id
FROM cohorts
CROSS JOIN LATERAL unnest(cohorts.record_ids) AS member (record_id)
JOIN unenrollments
  ON unenrollments.workflow_id = cohorts.workflow_id
 AND unenrollments.record_id = member.record_id
WHERE cohorts.workflow_id = $1 AND unenrollments.request_id = $2
ORDER BY is_owned, cohorts.id
LIMIT $3

-- name: lock_unowned
-- Lock those of some cohorts that nobody owns and nobody is about to claim, by id. $1 uuid[]: cohorts.
SELECT id, workflow_id, revision, action_id, object_type_id, occurrence_id, epoch, visit, record_ids
FROM cohorts
WHERE id = ANY ($1::uuid[]) AND owner IS NULL
ORDER BY id
FOR UPDATE SKIP LOCKED

-- name: lock_any_unowned
-- Lock cohorts of a workflow that nobody owns and nobody is about to claim, by id. $1 bigint: workflow, $2 int: limit.
SELECT id, workflow_id, revision, action_id, object_type_id, occurrence_id, epoch, visit, record_ids
FROM cohorts
WHERE workflow_id = $1 AND owner IS NULL
ORDER BY id
LIMIT $2
FOR UPDATE SKIP LOCKED

-- name: shrink
-- Let a cohort go on with fewer records, in a new epoch. $1 uuid: id, $2 bigint[]: its records.
UPDATE cohorts SET epoch = epoch + 1, record_ids = $2, size = cardinality($2::bigint[]) WHERE id = $1

-- name: end
-- End a request; returns how many records have left by it. $1 uuid: id.
WITH ended AS (
    UPDATE unenrollment_requests SET ended_at = rule_time() WHERE id = $1
), named AS (
    DELETE FROM unenrollments WHERE request_id = $1 RETURNING has_left
)
SELECT count(*) FILTER (WHERE has_left) FROM named

-- name: with_unowned
-- Return the workflows that have cohorts which nobody owns; walks from workflow to workflow by the index.
WITH RECURSIVE found AS (
    (SELECT workflow_id FROM cohorts WHERE owner IS NULL ORDER BY workflow_id LIMIT 1)
    UNION ALL
    SELECT following.workflow_id
    FROM found
    CROSS JOIN LATERAL (
        SELECT cohorts.workflow_id
        FROM cohorts
        WHERE owner IS NULL AND cohorts.workflow_id > found.workflow_id
        ORDER BY cohorts.workflow_id
        LIMIT 1
    ) AS following
)
SELECT workflow_id FROM found ORDER BY workflow_id
