-- name: matching
-- Return the ids that meet a condition, ascending, in arrays; the condition stands in place of the last line's TRUE.
-- $1 text: object type, $2 int: ids an array.
SELECT array_agg(id ORDER BY id) AS ids
FROM (
    SELECT id, (row_number() OVER (ORDER BY id) - 1) / $2::integer AS page
    FROM (
        SELECT id
        FROM /*source*/ records /*end*/ AS records
        WHERE object_type_id = $1 AND archived_at IS NULL
            AND /*condition*/ TRUE
    ) AS matching
) AS numbered
GROUP BY page
ORDER BY page

-- name: count
-- Return how many records meet a condition, and the ten lowest ids. $1 text: object type.
WITH matching AS MATERIALIZED (
    SELECT id
    FROM /*source*/ records /*end*/ AS records
    WHERE object_type_id = $1 AND archived_at IS NULL
        AND /*condition*/ TRUE
)
SELECT (SELECT count(*) FROM matching) AS total, ARRAY (SELECT id FROM matching ORDER BY id LIMIT 10) AS sample

-- name: meeting
-- Return which of these records meet a condition, ascending. $1 text: object type, $2 bigint[]: ids.
SELECT coalesce(array_agg(id ORDER BY id), '{}') AS ids
FROM /*source*/ records /*end*/ AS records
WHERE object_type_id = $1 AND archived_at IS NULL AND id = ANY ($2::bigint[])
    AND /*condition*/ TRUE

-- name: fence
-- Read each document once, where a condition asks many properties of it; of which records may stand in place of the
-- last line's TRUE. $1 text: object type.
SELECT id, object_type_id, archived_at, properties || '{}' AS properties
FROM records
WHERE object_type_id = $1 AND archived_at IS NULL
    AND /*among*/ TRUE
OFFSET 0

-- name: derived
-- Lay the values that follow from a record's row over its document; of which records as in `fence`.
-- $1 text: object type.
SELECT id, object_type_id, archived_at, properties || jsonb_build_object(
    'hs_object_id', id,
    'createdate', to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'lastmodifieddate', to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'hs_lastmodifieddate', to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
) AS properties
FROM records
WHERE object_type_id = $1 AND archived_at IS NULL
    AND /*among*/ TRUE
OFFSET 0
