-- name: wait_at_barrier
-- Wait until no action that began before is still to start; the lock goes with the transaction.
-- $1 bigint: advisory key.
SELECT pg_advisory_xact_lock($1)

-- name: enabled
-- Return the flows of the workflows of one object type that are on, ascending. $1 text: object type.
SELECT id, document
FROM workflows
WHERE is_enabled AND document ->> 'objectTypeId' = $1
ORDER BY id
