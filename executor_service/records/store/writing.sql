-- name: now
-- Return the instant that all values of one call carry.
SELECT rule_time()

-- name: draw_ids
-- Draw ids for new records, ascending. $1 int: how many.
SELECT nextval('record_ids') AS id FROM generate_series(1, $1::integer)

-- name: owners
-- Return who has which values of unique properties. $1 text: object type, $2 text[], $3 text[]: properties and values.
SELECT keys.property, keys.value, keys.record_id
FROM unnest($2::text[], $3::text[]) AS wanted (property, value)
JOIN record_keys AS keys
    ON keys.object_type_id = $1 AND keys.property = wanted.property AND keys.value = wanted.value

-- name: lock
-- Lock records in the one order, and return those that are not archived. $1 text: object type, $2 bigint[]: ids.
SELECT id, properties::text AS properties
FROM records
WHERE id = ANY ($2::bigint[]) AND object_type_id = $1 AND archived_at IS NULL
ORDER BY id
FOR NO KEY UPDATE

-- name: insert
-- Store new records. $1 text: object type, $2 bigint[]: ids, $3 text[]: documents, $4 timestamptz: now.
INSERT INTO records (id, object_type_id, properties, created_at, updated_at)
SELECT id, $1, document::jsonb, $4, $4
FROM unnest($2::bigint[], $3::text[]) AS new (id, document)

-- name: update
-- Write documents of locked records. $1 bigint[]: ids, $2 text[]: documents, $3 timestamptz: now.
UPDATE records
SET properties = new.document::jsonb, updated_at = $3
FROM unnest($1::bigint[], $2::text[]) AS new (id, document)
WHERE records.id = new.id

-- name: archive
-- Archive locked records. $1 bigint[]: ids.
UPDATE records SET archived_at = (SELECT rule_time()) WHERE id = ANY ($1::bigint[])

-- name: delete_keys
-- Let go of unique values. $1 text: object type, $2 text[], $3 text[], $4 bigint[]: properties, values, owners.
DELETE FROM record_keys AS keys
USING unnest($2::text[], $3::text[], $4::bigint[]) AS gone (property, value, record_id)
WHERE keys.object_type_id = $1 AND keys.property = gone.property AND keys.value = gone.value
    AND keys.record_id = gone.record_id

-- name: insert_keys
-- Take unique values that nobody has, and return how many were taken. $1 text: object type,
-- $2 text[], $3 text[], $4 bigint[]: properties, values, owners, in the one order.
WITH taken AS (
    INSERT INTO record_keys (object_type_id, property, value, record_id)
    SELECT $1, property, value, record_id
    FROM unnest($2::text[], $3::text[], $4::bigint[]) WITH ORDINALITY AS new (property, value, record_id, n)
    ORDER BY n
    ON CONFLICT DO NOTHING
    RETURNING record_id
)
SELECT count(*) FROM taken

-- name: delete_search_keys
-- Drop searchable values. $1 text: object type, $2 text[], $3 text[], $4 bigint[]: properties, values, records.
DELETE FROM record_search_keys AS keys
USING unnest($2::text[], $3::text[], $4::bigint[]) AS gone (property, value, record_id)
WHERE keys.object_type_id = $1 AND keys.property = gone.property AND keys.value = gone.value
    AND keys.record_id = gone.record_id

-- name: insert_search_keys
-- Add searchable values. $1 text: object type, $2 text[], $3 text[], $4 bigint[]: properties, values, records.
INSERT INTO record_search_keys (object_type_id, property, value, record_id)
SELECT $1, property, value, record_id
FROM unnest($2::text[], $3::text[], $4::bigint[]) WITH ORDINALITY AS new (property, value, record_id, n)
ORDER BY n
ON CONFLICT DO NOTHING

-- name: drop_keys_of
-- Let go of all unique values of records. $1 bigint[]: ids.
DELETE FROM record_keys WHERE record_id = ANY ($1::bigint[])

-- name: drop_search_keys_of
-- Drop all searchable values of records. $1 bigint[]: ids.
DELETE FROM record_search_keys WHERE record_id = ANY ($1::bigint[])

-- name: insert_changes
-- Note changes of values. $1 text: object type, $2 bigint[]: records, $3 text[]: properties (null: a creation),
-- $4 text[]: values or documents as JSON text, $5 timestamptz: now, $6 text, $7 text: type and id of the source.
INSERT INTO property_changes (record_id, object_type_id, property, value, at, source_type, source_id)
SELECT record_id, $1, property, value::jsonb, $5, $6, $7
FROM unnest($2::bigint[], $3::text[], $4::text[]) AS new (record_id, property, value)
