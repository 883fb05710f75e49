-- name: zone
-- Return the IANA name of the account's zone.
SELECT time_zone_id FROM accounts

-- name: held_zone
-- Return the IANA name of the account's zone and keep it from changing before the transaction ends.
SELECT time_zone_id FROM accounts FOR SHARE

-- name: read
-- Return the account.
SELECT id, name, time_zone_id, paused_at FROM accounts

-- name: lock
-- Return the account, locked until the transaction ends.
SELECT id, name, time_zone_id, paused_at FROM accounts FOR UPDATE

-- name: set
-- Write the account's settings. $1 text: name, $2 text: IANA name of the zone.
UPDATE accounts SET name = $1, time_zone_id = $2

-- name: now
-- Return the instant by which rules decide.
SELECT rule_time()

-- name: pause
-- Write since when everything is paused. $1 timestamptz or null: since when, null: it goes on.
UPDATE accounts SET paused_at = $1

-- name: open_pause
-- Note that everything is paused. $1 timestamptz: from when on.
INSERT INTO account_pauses (paused_at) VALUES ($1)

-- name: close_pause
-- Note that everything goes on. $1 timestamptz: up to when it was paused.
UPDATE account_pauses SET resumed_at = $1 WHERE resumed_at IS NULL
