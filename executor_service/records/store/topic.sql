-- name: lock
-- Return up to where a partition was taken, locked until the transaction ends. $1 text: reader, $2 text: topic,
-- $3 int: partition.
INSERT INTO records_taken AS taken (reader, topic, partition, next_offset) VALUES ($1, $2, $3, 0)
ON CONFLICT ON CONSTRAINT records_taken_pk DO UPDATE SET next_offset = taken.next_offset
RETURNING next_offset

-- name: advance
-- Move on in a locked partition. $1 text: reader, $2 text: topic, $3 int: partition, $4 bigint: the next offset.
UPDATE records_taken SET next_offset = $4 WHERE reader = $1 AND topic = $2 AND partition = $3

-- name: forget
-- Begin anew with a partition that was taken beyond an offset. $1 text: reader, $2 text: topic, $3 int: partition,
-- $4 bigint: the offset.
DELETE FROM records_taken WHERE reader = $1 AND topic = $2 AND partition = $3 AND next_offset > $4
