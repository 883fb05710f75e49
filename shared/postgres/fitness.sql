-- name: server
-- Return what a server must be like.
SELECT current_setting('server_version_num')::integer AS version,
       current_setting('server_version') AS version_text,
       current_setting('server_encoding') AS encoding,
       pg_is_in_recovery() AS is_standby,
       current_setting('fsync') = 'on' AS syncs,
       current_setting('full_page_writes') = 'on' AS writes_full_pages

-- name: settings
-- Return the settings that the speed rests on, as people write them. $1 text[]: names.
SELECT name, current_setting(name) AS value
FROM unnest($1::text[]) WITH ORDINALITY AS wanted (name, n)
ORDER BY n
