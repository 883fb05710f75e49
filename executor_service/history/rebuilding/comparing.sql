-- name: lock_checkpoint
-- Return the position up to which the history stands, and let nobody project until the transaction ends.
SELECT position FROM checkpoint FOR UPDATE

-- name: checkpoint
-- Return the position up to which a schema stands.
SELECT position FROM checkpoint

-- name: log
-- Return a digest of each row, in order.
SELECT position, n::text AS key, md5(rows::text) AS digest FROM log AS rows ORDER BY rows.position, rows.n

-- name: pages
-- Return a digest of each row, in order.
SELECT position, '' AS key, md5(rows::text) AS digest FROM pages AS rows ORDER BY rows.position

-- name: cohorts
-- Return a digest of each row, in order.
SELECT position, n::text AS key, md5(rows::text) AS digest FROM cohorts AS rows ORDER BY rows.position, rows.n

-- name: occurrences
-- Return a digest of each row, in order.
SELECT position, id::text AS key, md5(rows::text) AS digest FROM occurrences AS rows ORDER BY rows.position, rows.id

-- name: workflows
-- Return a digest of each row, in order.
SELECT position, id::text AS key, md5(rows::text) AS digest FROM workflows AS rows ORDER BY rows.position, rows.id

-- name: account
-- Return a digest of each row, in order.
SELECT position, '' AS key, md5(rows::text) AS digest FROM account AS rows

-- name: causes
-- Return a digest of each row, in order.
SELECT position, id::text AS key, md5(rows::text) AS digest FROM causes AS rows ORDER BY rows.position, rows.id

-- name: row_of_log
-- Return a row as names and values. $1 bigint: position, $2 text: key.
SELECT to_jsonb(rows) FROM log AS rows WHERE rows.position = $1 AND rows.n = $2::text::integer

-- name: row_of_pages
-- Return a row as names and values. $1 bigint: position, $2 text: key.
SELECT to_jsonb(rows) FROM pages AS rows WHERE rows.position = $1 AND $2::text = ''

-- name: row_of_cohorts
-- Return a row as names and values. $1 bigint: position, $2 text: key.
SELECT to_jsonb(rows) FROM cohorts AS rows WHERE rows.position = $1 AND rows.n = $2::text::integer

-- name: row_of_occurrences
-- Return a row as names and values. $1 bigint: position, $2 text: key.
SELECT to_jsonb(rows) FROM occurrences AS rows WHERE rows.position = $1 AND rows.id = $2::text::uuid

-- name: row_of_workflows
-- Return a row as names and values. $1 bigint: position, $2 text: key.
SELECT to_jsonb(rows) FROM workflows AS rows WHERE rows.position = $1 AND rows.id = $2::text::bigint

-- name: row_of_account
-- Return a row as names and values. $1 bigint: position, $2 text: key.
SELECT to_jsonb(rows) FROM account AS rows WHERE rows.position = $1 AND $2::text = ''

-- name: row_of_causes
-- Return a row as names and values. $1 bigint: position, $2 text: key.
SELECT to_jsonb(rows) FROM causes AS rows WHERE rows.position = $1 AND rows.id = $2::text::uuid

-- name: event
-- Return where an event stands. $1 bigint: position.
SELECT stream, version, type FROM events WHERE position = $1
