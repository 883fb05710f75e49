-- name: definitions
-- Return the properties of an object type that are not archived. $1 text: object type.
SELECT name, label, type, field_type, group_name, options, is_unique, is_searchable, is_read_only
FROM property_definitions
WHERE object_type_id = $1 AND archived_at IS NULL
ORDER BY name

-- name: limit
-- Stop statements of this transaction that take longer. $1 text: milliseconds.
SELECT set_config('statement_timeout', $1, true)
