-- name: matching
-- Return the ids that meet a condition, ascending, in arrays. The condition, and what narrows the search for it, stand
-- in place of TRUE.
-- $1 text: object type, $2 int: ids an array.
SELECT array_agg(id ORDER BY id) AS ids
FROM (
    SELECT id, (row_number() OVER (ORDER BY id) - 1) / $2::integer AS page
    FROM (
        SELECT id
        FROM /*source*/ records /*end*/ AS records
        WHERE object_type_id = $1 AND archived_at IS NULL
            AND /*among*/ TRUE
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
        AND /*among*/ TRUE
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
SELECT id, object_type_id, created_at, updated_at, archived_at, properties || '{}' AS properties
FROM records
WHERE object_type_id = $1 AND archived_at IS NULL
    AND /*among*/ TRUE
OFFSET 0

-- name: search
-- Return a page of the records that meet a condition, in an order, with how many there are: one row without a record
-- where the page is empty. $1 text: object type, $2 int: at most so many.
WITH matching AS MATERIALIZED (
    SELECT id, /*key*/ NULL::text /*end*/ AS key
    FROM /*source*/ records /*end*/ AS records
    WHERE object_type_id = $1 AND archived_at IS NULL
        AND /*among*/ TRUE
        AND /*condition*/ TRUE
),
page AS (
    SELECT id, key
    FROM matching
    WHERE /*after*/ TRUE
    ORDER BY key /*direction*/ ASC NULLS LAST, id
    LIMIT $2::integer
)
SELECT counted.total, page.key::text AS key, records.id, records.object_type_id,
    records.properties::text AS properties, records.created_at, records.updated_at, records.archived_at
FROM (SELECT count(*) AS total FROM matching) AS counted
LEFT JOIN page ON true
LEFT JOIN records ON records.id = page.id
ORDER BY page.key /*direction*/ ASC NULLS LAST, page.id
