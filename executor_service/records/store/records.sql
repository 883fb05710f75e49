-- name: read
-- Return records by id, archived ones too. $1 text: object type, $2 bigint[]: ids.
SELECT id, object_type_id, properties::text AS properties, created_at, updated_at, archived_at
FROM records
WHERE id = ANY ($2::bigint[]) AND object_type_id = $1
ORDER BY id

-- name: page
-- Return records that are not archived, by id. $1 text: object type, $2 bigint: after this id, $3 int: at most so many.
SELECT id, object_type_id, properties::text AS properties, created_at, updated_at, archived_at
FROM records
WHERE object_type_id = $1 AND id > $2 AND archived_at IS NULL
ORDER BY id
LIMIT $3

-- name: archived_page
-- Return archived records, by id. $1 text: object type, $2 bigint: after this id, $3 int: at most so many.
SELECT id, object_type_id, properties::text AS properties, created_at, updated_at, archived_at
FROM records
WHERE object_type_id = $1 AND id > $2 AND archived_at IS NOT NULL
ORDER BY id
LIMIT $3
