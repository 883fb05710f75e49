-- name: try_lock
-- Take a lock for the session and return who holds it now, null when another session does. $1 bigint: the key.
SELECT CASE
    WHEN pg_try_advisory_lock($1)
    THEN format('%s/%s', pg_backend_pid(), clock_timestamp())
END

-- name: ping
-- Show that the holder lives.
SELECT 1
