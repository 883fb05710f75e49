-- name: take
-- Note that a command is taken, and return true, or nothing when it was before. $1 text: its id.
INSERT INTO commands_taken (command_id) VALUES ($1)
ON CONFLICT ON CONSTRAINT commands_taken_pk DO NOTHING
RETURNING true
