-- name: checkpoint
-- Return the position up to which the history stands.
SELECT position FROM checkpoint

-- name: read
-- Return the log itself, ascending, until the ids of its records would be too many; `found` says how many events there
-- would have been. $1 bigint: after, exclusive, $2 bigint: until, inclusive, $3 int: limit, $4 text or null: stream,
-- $5 text or null: type, $6 int: bytes of ids.
SELECT position, stream, version, type, data, record_ids, metadata, recorded_at, found
FROM (
    SELECT position, stream, version, type, data, record_ids, metadata, recorded_at,
           count(*) OVER () AS found,
           sum(pg_column_size(record_ids)) OVER (ORDER BY position) - pg_column_size(record_ids) AS bytes_before
    FROM (
        SELECT position, stream, version, type, data, record_ids, metadata, recorded_at
        FROM events
        WHERE position > $1
          AND position <= $2
          AND ($4::text IS NULL OR stream = $4)
          AND ($5::text IS NULL OR type = $5)
        ORDER BY position
        LIMIT $3
    ) AS near
) AS sized
WHERE coalesce(bytes_before, 0) <= $6
ORDER BY position
