-- name: zone
-- Return the IANA name of the account's zone.
SELECT time_zone_id FROM accounts

-- name: held_zone
-- Return the IANA name of the account's zone and keep it from changing before the transaction ends.
SELECT time_zone_id FROM accounts FOR SHARE

-- name: read
-- Return the account.
SELECT id, name, time_zone_id FROM accounts

-- name: lock
-- Return the account, locked until the transaction ends.
SELECT id, name, time_zone_id FROM accounts FOR UPDATE

-- name: set
-- Write the account's settings. $1 text: name, $2 text: IANA name of the zone.
UPDATE accounts SET name = $1, time_zone_id = $2
