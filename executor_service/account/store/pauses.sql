-- name: is_paused
-- Tell whether the account is paused.
SELECT paused_at IS NOT NULL FROM accounts

-- name: hold
-- Keep the account as it is until the transaction ends.
SELECT id FROM accounts FOR SHARE

-- name: pauses
-- Return the account's pauses that had not ended before an instant. $1 timestamptz: instant.
SELECT paused_at, resumed_at FROM account_pauses WHERE resumed_at IS NULL OR resumed_at >= $1
