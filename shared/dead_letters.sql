-- name: store
-- Store a dead letter once. $1 text: topic, $2 int: partition, $3 bigint: offset, $4 timestamptz: when it was sent,
-- $5 bytea or null: key, $6 bytea or null: value, $7 jsonb: pairs of name and base64, $8 text: reason, $9 text: error.
INSERT INTO dead_letters (topic, partition, "offset", "timestamp", key, value, headers, reason, error)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT ON CONSTRAINT dead_letters_once DO NOTHING

-- name: unpublished
-- Return dead letters without a copy, oldest first. $1 int: limit.
SELECT id, topic, partition, "offset", "timestamp", key, value, headers, reason, error
FROM dead_letters
WHERE published_at IS NULL
ORDER BY id
LIMIT $1

-- name: mark_published
-- Note that copies were sent. $1 bigint[]: ids.
UPDATE dead_letters
SET published_at = rule_time()
WHERE id = ANY ($1::bigint[])
