-- name: be_the_login
-- Look, for the length of the transaction, as whoever logged in: only they may see what their sessions do.
SET LOCAL ROLE NONE

-- name: stuck
-- Return our sessions that have waited for their client in the middle of a statement, by number and since when.
-- $1 text: the name that sessions of ours carry, $2 interval: for how long at least.
SELECT pid, state_change
FROM pg_stat_activity
WHERE datname = current_database()
  AND usename = session_user
  AND application_name = $1
  AND state = 'active'
  AND wait_event_type = 'Client'
  AND state_change < clock_timestamp() - $2::interval

-- name: end
-- End sessions that still stand where they stood; returns how many. $1 int[]: numbers, $2 timestamptz[]: since when.
SELECT count(*) FILTER (WHERE pg_terminate_backend(activity.pid))
FROM unnest($1::integer[], $2::timestamptz[]) AS stuck (pid, state_change)
JOIN pg_stat_activity AS activity ON activity.pid = stuck.pid AND activity.state_change = stuck.state_change
