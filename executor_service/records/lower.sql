-- name: lower_mappings
-- Return every code point that the server's lower case changes, with what it becomes; the collation is the criteria's.
SELECT code_point, lower(chr(code_point) COLLATE "pg_c_utf8") AS lower
FROM generate_series(1, 1114111) AS code_point
WHERE code_point NOT BETWEEN 55296 AND 57343
  AND lower(chr(code_point) COLLATE "pg_c_utf8") <> chr(code_point)
