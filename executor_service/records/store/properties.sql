-- name: object_type
-- Return an object type by id or plural name. $1 text: either.
SELECT id, name, singular, shown_properties, searched_properties FROM object_types WHERE id = $1 OR name = $1

-- name: lock_type
-- Lock an object type's row until the transaction ends. $1 text: object type.
SELECT id FROM object_types WHERE id = $1 FOR UPDATE

-- name: has_group
-- Tell whether there is a property group. $1 text: object type, $2 text: name.
SELECT EXISTS (SELECT FROM property_groups WHERE object_type_id = $1 AND name = $2)

-- name: list
-- Return properties by name. $1 text: object type, $2 bool: the archived ones, or the others.
SELECT name, label, description, type, field_type, group_name, options, display_order, is_unique, is_searchable,
    is_read_only, is_defined, hidden, form_field, created_at, updated_at, archived_at
FROM property_definitions
WHERE object_type_id = $1 AND (archived_at IS NOT NULL) = $2::boolean
ORDER BY name

-- name: lock
-- Return a property, locked until the transaction ends. $1 text: object type, $2 text: name.
SELECT name, label, description, type, field_type, group_name, options, display_order, is_unique, is_searchable,
    is_read_only, is_defined, hidden, form_field, created_at, updated_at, archived_at
FROM property_definitions
WHERE object_type_id = $1 AND name = $2
FOR UPDATE

-- name: write
-- Store a property, new or known, not archived. $1 text: object type, $2 text: name, $3 text: label,
-- $4 text: description, $5 text: type, $6 text: field type, $7 text: group, $8 jsonb: options, $9 int: display order,
-- $10 bool: unique, $11 bool: searchable, $12 bool: hidden, $13 bool: form field.
INSERT INTO property_definitions (
    object_type_id, name, label, description, type, field_type, group_name, options, display_order, is_unique,
    is_searchable, hidden, form_field
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (object_type_id, name) DO UPDATE
SET label = excluded.label, description = excluded.description, group_name = excluded.group_name,
    options = excluded.options, display_order = excluded.display_order, is_searchable = excluded.is_searchable,
    hidden = excluded.hidden, form_field = excluded.form_field, updated_at = excluded.updated_at, archived_at = NULL

-- name: archive
-- Archive a property. $1 text: object type, $2 text: name.
UPDATE property_definitions SET archived_at = rule_time() WHERE object_type_id = $1 AND name = $2

-- name: drop_search_keys
-- Drop the searchable values of a property. $1 text: object type, $2 text: name.
DELETE FROM record_search_keys WHERE object_type_id = $1 AND property = $2

-- name: lock_records
-- Let nobody write records until the transaction ends; reading goes on.
LOCK TABLE records IN SHARE ROW EXCLUSIVE MODE

-- name: values
-- Return up to 1,000 records' values of a property as documents. $1 text: object type, $2 text: name, $3 bigint: after.
SELECT id, jsonb_build_object($2::text, properties -> $2)::text AS document
FROM records
WHERE object_type_id = $1 AND id > $3 AND archived_at IS NULL AND properties ? $2
ORDER BY id
LIMIT 1000

-- name: add_search_keys
-- Add searchable values. $1 text: object type, $2 text: name, $3 text[]: values, $4 bigint[]: records.
INSERT INTO record_search_keys (object_type_id, property, value, record_id)
SELECT $1, $2, value, record_id
FROM unnest($3::text[], $4::bigint[]) AS new (value, record_id)
ON CONFLICT DO NOTHING
