-- name: take_over
-- Make a holder the one that may store a topic's cursor, and return the cursor. $1 text: topic, $2 text: holder.
INSERT INTO relay_cursors (topic, holder) VALUES ($1, $2)
ON CONFLICT ON CONSTRAINT relay_cursors_pk DO UPDATE SET holder = excluded.holder
RETURNING position, epoch, ends

-- name: read
-- Return a topic's cursor if a holder still has it. $1 text: topic, $2 text: holder.
SELECT position, epoch, ends
FROM relay_cursors
WHERE topic = $1 AND holder = $2

-- name: store
-- Move a cursor, if holder and epoch are still the ones known. $1 text: topic, $2 text: holder, $3 bigint: epoch,
-- $4 bigint: position, $5 jsonb: ends.
UPDATE relay_cursors
SET position = $4, ends = $5
WHERE topic = $1 AND holder = $2 AND epoch = $3
RETURNING epoch

-- name: restart
-- Publish a topic from the start, because it was lost. $1 text: topic, $2 text: holder, $3 bigint: epoch.
UPDATE relay_cursors
SET position = 0, epoch = epoch + 1, ends = '{}'
WHERE topic = $1 AND holder = $2 AND epoch = $3
RETURNING epoch

-- name: republish
-- Publish a topic from the start, because somebody asks for it, whoever the holder is. $1 text: topic.
UPDATE relay_cursors
SET position = 0, epoch = epoch + 1
WHERE topic = $1
RETURNING epoch
