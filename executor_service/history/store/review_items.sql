-- name: lock
-- Lock items until the transaction ends and return them. $1 uuid[]: ids, $2 text[]: kinds of which all open ones too.
SELECT id, kind, state, workflow_id, occurrence_id, reason, since, last_at, count, resolved_count, sample, details
FROM review_items
WHERE id = ANY ($1::uuid[]) OR (state = 'OPEN' AND kind = ANY ($2::text[]))
ORDER BY id
FOR UPDATE

-- name: write
-- Store an item. $1 uuid: id, $2 text: kind, $3 text: state, $4 bigint or null: workflow, $5 uuid or null: occurrence,
-- $6 text: reason, $7 timestamptz: since, $8 timestamptz: last at, $9 bigint: count of its cause,
-- $10 bigint: how much of it was resolved before, $11 text: message, $12 jsonb: sample, $13 jsonb: details.
INSERT INTO review_items
    (id, kind, state, workflow_id, occurrence_id, reason, since, last_at, count, resolved_count, message, sample,
     details)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (id) DO UPDATE SET
    state = excluded.state,
    occurrence_id = excluded.occurrence_id,
    since = excluded.since,
    last_at = excluded.last_at,
    count = excluded.count,
    resolved_count = excluded.resolved_count,
    message = excluded.message,
    sample = excluded.sample,
    details = excluded.details

-- name: page
-- Return items, those that went wrong last first. $1 timestamptz or null, $2 uuid: below this (last at, id),
-- $3 int: limit, $4 text or null: state, $5 text or null: kind, $6 bigint or null: workflow.
SELECT id, kind, state, workflow_id, occurrence_id, reason, since, last_at, count, resolved_count, sample, details
FROM review_items
WHERE ($1::timestamptz IS NULL OR (last_at, id) < ($1, $2::uuid))
  AND ($4::text IS NULL OR state = $4)
  AND ($5::text IS NULL OR kind = $5)
  AND ($6::bigint IS NULL OR workflow_id = $6)
ORDER BY last_at DESC, id DESC
LIMIT $3

-- name: read
-- Return an item. $1 uuid: id.
SELECT id, kind, state, workflow_id, occurrence_id, reason, since, last_at, count, resolved_count, sample, details
FROM review_items
WHERE id = $1
