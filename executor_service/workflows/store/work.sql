-- name: wait_at_barrier
-- Wait until no action that began before is still to start; the lock goes with the transaction.
-- $1 bigint: advisory key.
SELECT pg_advisory_xact_lock($1)

-- name: wait_at_barriers
-- Wait likewise at several barriers. $1 bigint[]: advisory keys, ascending.
SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) AS held (key)

-- name: held
-- Return the keys of a kind that sessions of this database hold now. $1 bigint: the lowest, $2 bigint: the highest.
SELECT DISTINCT key
FROM pg_locks
CROSS JOIN LATERAL (SELECT (classid::bigint << 32) | objid::bigint AS key) AS named
WHERE locktype = 'advisory'
  AND objsubid = 1
  AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND key BETWEEN $1 AND $2
ORDER BY key

-- name: limit
-- Limit each statement of this transaction. $1 text: milliseconds.
SELECT set_config('statement_timeout', $1, true)

-- name: enabled
-- Return the flows of the workflows of one object type that are on, ascending. $1 text: object type.
SELECT id, document
FROM workflows
WHERE is_enabled AND document ->> 'objectTypeId' = $1
ORDER BY id
