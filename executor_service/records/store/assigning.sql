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

-- name: lock_each
-- Lock records in the one order; return those that are not archived, in two arrays, by whether they hold their value.
-- $1 text: object type, $2 bigint[]: ids, $3 text: property, $4 text[]: a value each as JSON text, null: none.
WITH given AS MATERIALIZED (
    SELECT id, value::jsonb AS value FROM unnest($2::bigint[], $4::text[]) AS rows (id, value)
),
locked AS MATERIALIZED (
    SELECT id, properties -> $3 AS held
    FROM records
    WHERE id = ANY ($2::bigint[]) AND object_type_id = $1 AND archived_at IS NULL
    ORDER BY id
    FOR NO KEY UPDATE
)
SELECT array_agg(id ORDER BY id) FILTER (WHERE held IS NOT DISTINCT FROM given.value) AS same,
    array_agg(id ORDER BY id) FILTER (WHERE held IS DISTINCT FROM given.value) AS other
FROM locked JOIN given USING (id)

-- name: set_each
-- Give locked records a value each and note it. $1 bigint[]: ids, $2 text: property, $3 text[]: a value each as JSON
-- text, null: none, $4 text: object type, $5 text, $6 text: type and id of the source.
WITH clock AS MATERIALIZED (SELECT rule_time() AS now),
given AS MATERIALIZED (
    SELECT id, value::jsonb AS value FROM unnest($1::bigint[], $3::text[]) AS rows (id, value)
),
written AS (
    UPDATE records
    SET properties = CASE WHEN given.value IS NULL THEN properties - $2::text
            ELSE properties || jsonb_build_object($2::text, given.value) END,
        updated_at = (SELECT now FROM clock)
    FROM given
    WHERE records.id = given.id
)
INSERT INTO property_changes (record_id, object_type_id, property, value, at, source_type, source_id)
SELECT id, $4, $2, value, now, $5, $6
FROM given CROSS JOIN clock

-- name: lock_numbers
-- Lock records in the one order; return those that are not archived, in two arrays, by whether adding changes nothing.
-- $1 text: object type, $2 bigint[]: ids, $3 text: property, $4 text: the amount to be added.
WITH locked AS MATERIALIZED (
    SELECT id, $4::text::numeric = 0 AND jsonb_typeof(properties -> $3) IS NOT DISTINCT FROM 'number' AS is_same
    FROM records
    WHERE id = ANY ($2::bigint[]) AND object_type_id = $1 AND archived_at IS NULL
    ORDER BY id
    FOR NO KEY UPDATE
)
SELECT array_agg(id ORDER BY id) FILTER (WHERE is_same) AS same,
    array_agg(id ORDER BY id) FILTER (WHERE NOT is_same) AS other
FROM locked

-- name: increase
-- Add to a number of locked records, no value being 0, and note it. $1 bigint[]: ids, $2 text: property,
-- $3 text: the amount, $4 text: object type, $5 text, $6 text: type and id of the source.
WITH clock AS MATERIALIZED (SELECT rule_time() AS now),
written AS (
    UPDATE records
    SET properties = properties || jsonb_build_object($2::text, trim_scale($3::text::numeric
            + CASE WHEN jsonb_typeof(properties -> $2::text) = 'number' THEN (properties ->> $2::text)::numeric ELSE 0
              END)),
        updated_at = (SELECT now FROM clock)
    WHERE id = ANY ($1::bigint[])
    RETURNING id, properties -> $2::text AS value
)
INSERT INTO property_changes (record_id, object_type_id, property, value, at, source_type, source_id)
SELECT id, $4, $2, value, now, $5, $6
FROM written CROSS JOIN clock
ORDER BY id

-- name: lock_values
-- Lock records in the one order; return those that are not archived with their values as JSON text.
-- $1 text: object type, $2 bigint[]: ids, $3 text[]: properties, null: all.
SELECT id, created_at, updated_at,
    CASE WHEN $3::text[] IS NULL THEN properties
        ELSE (
            SELECT coalesce(jsonb_object_agg(name, properties -> name), '{}')
            FROM unnest($3::text[]) AS asked (name)
            WHERE properties ? name
        )
    END::text AS properties
FROM records
WHERE id = ANY ($2::bigint[]) AND object_type_id = $1 AND archived_at IS NULL
ORDER BY id
FOR NO KEY UPDATE

-- name: missing
-- Return the ids that are no record of a type, or an archived one. $1 text: object type, $2 bigint[]: ids.
SELECT ARRAY (
    SELECT given.id
    FROM unnest($2::bigint[]) AS given (id)
    WHERE NOT EXISTS (
        SELECT FROM records WHERE records.id = given.id AND object_type_id = $1 AND archived_at IS NULL
    )
    ORDER BY given.id
)
