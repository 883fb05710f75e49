-- name: take_over
-- Make a holder the one that may store a topic's cursor, and return the cursor. $1 text: topic, $2 text: holder.
INSERT INTO relay_cursors (topic, holder) VALUES ($1, $2)
ON CONFLICT ON CONSTRAINT relay_cursors_pk DO UPDATE SET holder = excluded.holder
RETURNING position, epoch, ends, sequences, lost

-- name: read
-- Return a topic's cursor if a holder still has it. $1 text: topic, $2 text: holder.
SELECT position, epoch, ends, sequences, lost
FROM relay_cursors
WHERE topic = $1 AND holder = $2

-- name: store
-- Move a cursor, if holder and epoch are still the ones known; its topic is not lost any more. $1 text: topic,
-- $2 text: holder, $3 bigint: epoch, $4 bigint: position, $5 jsonb: ends, $6 jsonb: sequences.
UPDATE relay_cursors
SET position = $4, ends = $5, sequences = $6, lost = false
WHERE topic = $1 AND holder = $2 AND epoch = $3
RETURNING epoch

-- name: restart
-- Publish a topic from the start, because it was lost. $1 text: topic, $2 text: holder, $3 bigint: epoch.
UPDATE relay_cursors
SET position = 0, epoch = epoch + 1, ends = '{}', sequences = '{}', lost = true
WHERE topic = $1 AND holder = $2 AND epoch = $3
RETURNING epoch

-- name: republish
-- Publish a topic from the start, because somebody asks for it, whoever the holder is. $1 text: topic.
UPDATE relay_cursors
SET position = 0, epoch = epoch + 1
WHERE topic = $1
RETURNING epoch

-- name: topics
-- Return the topics that have a cursor, by name.
SELECT topic FROM relay_cursors ORDER BY topic
