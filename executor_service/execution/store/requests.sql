-- name: take
-- Take the records that are to leave out of their pending requests; the counts of these follow.
-- $1 bigint: workflow, $2 bigint[]: records.
WITH taken AS (
    DELETE FROM unenrollments
    WHERE workflow_id = $1 AND record_id = ANY ($2::bigint[])
    RETURNING record_id, request_id, reason
), counted AS (
    SELECT id FROM unenrollment_requests
    WHERE id IN (SELECT request_id FROM taken)
    ORDER BY id
    FOR NO KEY UPDATE
), noted AS (
    UPDATE unenrollment_requests AS request
    SET unenrolled = unenrolled + (SELECT count(*) FROM taken WHERE request_id = request.id)
    FROM counted
    WHERE request.id = counted.id
)
SELECT DISTINCT ON (record_id) record_id, reason FROM taken ORDER BY record_id, request_id
