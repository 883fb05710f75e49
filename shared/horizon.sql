-- name: highest
-- Return the highest visible position, 0 for an empty log.
SELECT coalesce(max(position), 0) FROM events

-- name: holders
-- Return the transactions of this database that hold the log's lock now.
SELECT virtualtransaction
FROM pg_locks
WHERE locktype = 'advisory'
  AND granted
  AND objsubid = 1
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid = ((log_lock_key() >> 32) & 4294967295)::oid
  AND objid = (log_lock_key() & 4294967295)::oid

-- name: read
-- Return events by position. $1 bigint: after, exclusive, $2 bigint: until, inclusive, $3 int: limit,
-- $4 text[] or null: only these types.
SELECT position, stream, version, type, data, record_ids, metadata, recorded_at
FROM events
WHERE position > $1 AND position <= $2 AND ($4::text[] IS NULL OR type = ANY ($4::text[]))
ORDER BY position
LIMIT $3
