-- name: history
-- Return what properties of records were given, up to the newest 1,000 values each, newest first; a record's creation
-- is one row without a property. $1 bigint[]: records, $2 text[]: properties.
SELECT record_id, property, document::text AS document, at, source_type, source_id
FROM (
    SELECT record_id, property, position, at, source_type, source_id,
        CASE WHEN property IS NULL THEN value ELSE jsonb_build_object(property, value) END AS document,
        row_number() OVER (PARTITION BY record_id, property ORDER BY position DESC) AS n
    FROM property_changes
    WHERE record_id = ANY ($1::bigint[]) AND (property IS NULL OR property = ANY ($2::text[]))
) AS numbered
WHERE n <= 1000
ORDER BY record_id, position DESC
