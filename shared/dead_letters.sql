-- name: store
-- Store a dead letter once. $1 text: topic, $2 int: partition, $3 bigint: offset, $4 timestamptz: when it was sent,
-- $5 bytea or null: key, $6 bytea or null: value, $7 jsonb: pairs of name and base64, $8 text: reason, $9 text: error.
INSERT INTO dead_letters (topic, partition, "offset", "timestamp", key, value, headers, reason, error)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT ON CONSTRAINT dead_letters_once DO NOTHING

-- name: count_open
-- Count open dead letters, up to a number. $1 int: the most to count.
SELECT count(*) FROM (SELECT FROM dead_letters WHERE state = 'OPEN' LIMIT $1) AS found

-- name: open_groups
-- Return open dead letters by topic and reason, with ids of the newest ones.
-- $1 int: the most to count, $2 int: ids at most.
SELECT topic, reason, count(*) AS count, min(recorded_at) AS first_at, max(recorded_at) AS last_at,
    (array_agg(id ORDER BY id DESC))[1:$2] AS sample
FROM (SELECT id, topic, reason, recorded_at FROM dead_letters WHERE state = 'OPEN' ORDER BY id DESC LIMIT $1) AS found
GROUP BY topic, reason
ORDER BY topic, reason

-- name: unpublished
-- Return dead letters without a copy, oldest first. $1 int: limit.
SELECT id, topic, partition, "offset", "timestamp", key, value, headers, reason, error, state, attempts
FROM dead_letters
WHERE published_at IS NULL
ORDER BY id
LIMIT $1

-- name: mark_published
-- Note that copies were sent. $1 bigint[]: ids.
UPDATE dead_letters
SET published_at = rule_time()
WHERE id = ANY ($1::bigint[])

-- name: publish_again
-- Have copies sent once more, and return how many. $1 text: topic of the messages.
WITH again AS (
    UPDATE dead_letters SET published_at = NULL WHERE topic = $1 AND published_at IS NOT NULL RETURNING id
)
SELECT count(*) FROM again

-- name: page
-- Return dead letters, newest first, without value and headers.
-- $1 text: topic, null: any, $2 text: state, null: any, $3 bigint: below this id, $4 int: at most so many.
SELECT id, topic, partition, "offset", "timestamp", key, NULL::bytea AS value, '[]'::jsonb AS headers, reason, error,
    state, attempts
FROM dead_letters
WHERE ($1::text IS NULL OR topic = $1) AND ($2::text IS NULL OR state = $2) AND id < $3
ORDER BY id DESC
LIMIT $4

-- name: read
-- Return a dead letter. $1 bigint: id.
SELECT id, topic, partition, "offset", "timestamp", key, value, headers, reason, error, state, attempts
FROM dead_letters
WHERE id = $1

-- name: count_attempt
-- Count an attempt that begins. $1 bigint: id.
UPDATE dead_letters SET attempts = attempts + 1 WHERE id = $1

-- name: note_refusal
-- Note why a message was refused once more. $1 bigint: id, $2 text: reason, $3 text: error.
UPDATE dead_letters SET reason = $2, error = $3 WHERE id = $1

-- name: close
-- Close a dead letter, one that was retried for ever. $1 bigint: id, $2 text: state.
UPDATE dead_letters SET state = $2 WHERE id = $1 AND state <> 'RETRIED'

-- name: copied_topics
-- Return the topics whose dead letters have copies, by name.
SELECT DISTINCT topic FROM dead_letters WHERE published_at IS NOT NULL ORDER BY topic
