-- name: add
-- Store the payload of a claim. $1 uuid: id, $2 bigint[]: records, $3 bytea[]: contents, $4 bytea[]: digests.
INSERT INTO payloads (id, record_ids, contents, digests) VALUES ($1, $2, $3, $4)

-- name: contents
-- Return the contents of payloads by record, erased ones as null. $1 uuid[]: ids.
SELECT payloads.id, element.record_id, element.content
FROM payloads
CROSS JOIN LATERAL unnest(payloads.record_ids, payloads.contents) AS element (record_id, content)
WHERE payloads.id = ANY ($1::uuid[])
