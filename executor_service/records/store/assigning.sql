-- name: lock
-- Lock records in the one order; return those that are not archived, in two arrays, by whether they hold the value.
-- $1 text: object type, $2 bigint[]: ids, $3 text: property, $4 text: the value as JSON text, null: none.
WITH given AS MATERIALIZED (SELECT $4::text::jsonb AS value),
locked AS MATERIALIZED (
    SELECT id, properties -> $3 AS held
    FROM records
    WHERE id = ANY ($2::bigint[]) AND object_type_id = $1 AND archived_at IS NULL
    ORDER BY id
    FOR NO KEY UPDATE
)
SELECT array_agg(id ORDER BY id) FILTER (WHERE held IS NOT DISTINCT FROM given.value) AS same,
    array_agg(id ORDER BY id) FILTER (WHERE held IS DISTINCT FROM given.value) AS other
FROM locked CROSS JOIN given

-- name: set
-- Give locked records a value and note it. $1 bigint[]: ids, $2 text: property, $3 text: the value as JSON text,
-- $4 text: object type, $5 text, $6 text: type and id of the source.
WITH given AS MATERIALIZED (
    SELECT $3::text::jsonb AS value, jsonb_build_object($2::text, $3::text::jsonb) AS patch, rule_time() AS now
),
written AS (
    UPDATE records
    SET properties = properties || (SELECT patch FROM given), updated_at = (SELECT now FROM given)
    WHERE id = ANY ($1::bigint[])
)
INSERT INTO property_changes (record_id, object_type_id, property, value, at, source_type, source_id)
SELECT record_id, $4, $2, value, now, $5, $6
FROM unnest($1::bigint[]) AS changed (record_id) CROSS JOIN given

-- name: clear
-- Take a value from locked records and note it. $1 bigint[]: ids, $2 text: property, $3 text: object type,
-- $4 text, $5 text: type and id of the source.
WITH given AS MATERIALIZED (SELECT rule_time() AS now),
written AS (
    UPDATE records
    SET properties = properties - $2::text, updated_at = (SELECT now FROM given)
    WHERE id = ANY ($1::bigint[])
)
INSERT INTO property_changes (record_id, object_type_id, property, value, at, source_type, source_id)
SELECT record_id, $3, $2, NULL, now, $4, $5
FROM unnest($1::bigint[]) AS changed (record_id) CROSS JOIN given

-- name: drop_keys
-- Let go of the records' values of a unique property.
-- $1 text: object type, $2 text: property, $3 bigint[]: ids, $4 text: but for this value, null: all.
DELETE FROM record_keys
WHERE object_type_id = $1 AND property = $2 AND record_id = ANY ($3::bigint[]) AND value IS DISTINCT FROM $4::text

-- name: drop_search_keys
-- Drop the records' values of a searchable property. $1 text: object type, $2 text: property, $3 bigint[]: ids.
DELETE FROM record_search_keys WHERE object_type_id = $1 AND property = $2 AND record_id = ANY ($3::bigint[])

-- name: take_key
-- Take a unique value and return true, or nothing when a record has it.
-- $1 text: object type, $2 text: property, $3 text: value, $4 bigint: record.
INSERT INTO record_keys (object_type_id, property, value, record_id)
VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING
RETURNING true

-- name: add_search_keys
-- Add one searchable value for many records. $1 text: object type, $2 text: property, $3 text: value, $4 bigint[]: ids.
INSERT INTO record_search_keys (object_type_id, property, value, record_id)
SELECT $1, $2, $3, record_id
FROM unnest($4::bigint[]) AS new (record_id)
ON CONFLICT DO NOTHING
