-- What was taken from the topics that others write.

-- How far the records' topic was taken, a row a partition and life of the topic; moved with the records themselves.
CREATE TABLE records_taken (
    -- The consumer group; its name ends in the cluster's id.
    reader text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    CONSTRAINT records_taken_pk PRIMARY KEY (reader, topic, partition)
);

-- Each command that was carried out or refused, by its ce_id: once.
CREATE TABLE commands_taken (
    command_id text NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT rule_time(),
    CONSTRAINT commands_taken_pk PRIMARY KEY (command_id)
);
