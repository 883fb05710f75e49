-- name: append
-- Append events in the order given and return the highest position.
-- $1 text[]: streams, $2 int[]: versions, $3 text[]: types, $4 jsonb[]: data, $5 jsonb[]: metadata,
-- $6 int[], $7 int[]: where the event's ids begin and end in $8 (1-based, null: it has none), $8 bigint[]: ids.
WITH appended AS (
    INSERT INTO events (stream, version, type, data, metadata, record_ids)
    SELECT stream, version, type, data, metadata,
           CASE WHEN begins IS NOT NULL THEN ($8::bigint[])[begins:ends] END
    FROM unnest($1::text[], $2::integer[], $3::text[], $4::jsonb[], $5::jsonb[], $6::integer[], $7::integer[])
        WITH ORDINALITY AS rows (stream, version, type, data, metadata, begins, ends, n)
    ORDER BY n
    RETURNING position
)
SELECT max(position) FROM appended

-- name: read
-- Return a stream above a version, in order. $1 text: stream, $2 int: version, exclusive.
SELECT position, stream, version, type, data, record_ids, metadata, recorded_at
FROM events
WHERE stream = $1 AND version > $2
ORDER BY version

-- name: versions
-- Return the last version of each stream that exists. $1 text[]: streams.
SELECT stream, max(version) AS version
FROM events
WHERE stream = ANY ($1::text[])
GROUP BY stream
