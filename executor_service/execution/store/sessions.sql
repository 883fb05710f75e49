-- name: try_lock
-- Try to hold a key for the session. $1 bigint: the key.
SELECT pg_try_advisory_lock($1)

-- name: unlock
-- Give a key back. $1 bigint: the key.
SELECT pg_advisory_unlock($1)

-- name: try_lock_shared
-- Try to hold a key for the session beside others that share it. $1 bigint: the key.
SELECT pg_try_advisory_lock_shared($1)

-- name: unlock_shared
-- Give a shared key back. $1 bigint: the key.
SELECT pg_advisory_unlock_shared($1)

-- name: limit
-- Limit each statement of this transaction. $1 text: milliseconds.
SELECT set_config('statement_timeout', $1, true)

-- name: snapshot
-- Return the instant and the snapshot of the transaction; its first statement.
SELECT rule_time() AS now, pg_current_snapshot()::text AS snapshot

-- name: ping
-- Show that the holder of the session lives.
SELECT 1
