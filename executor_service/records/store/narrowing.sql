-- name: unique_owners
-- Return the records that have one of these values of a unique property, case aside.
-- $1 text: object type, $2 text: property, $3 text[]: values.
SELECT record_id
FROM record_keys
WHERE object_type_id = $1 AND property = /*property*/ $2
    AND lower(value COLLATE "pg_c_utf8") = ANY (
        ARRAY (SELECT lower(asked COLLATE "pg_c_utf8") FROM unnest(/*values*/ $3::text[]) AS asked)
    )

-- name: searchable_owners
-- Return the records that have one of these values of a searchable property, case aside.
-- $1 text: object type, $2 text: property, $3 text[]: values.
SELECT record_id
FROM record_search_keys
WHERE object_type_id = $1 AND property = /*property*/ $2
    AND lower(value COLLATE "pg_c_utf8") = ANY (
        ARRAY (SELECT lower(asked COLLATE "pg_c_utf8") FROM unnest(/*values*/ $3::text[]) AS asked)
    )

-- name: named_ids
-- Return the ids that are named. $1 text[]: ids.
SELECT unnest(/*values*/ $1::text[])::bigint
