-- The log. Rows are the log; the tree is computed from them (architecture, section 2).
-- Portable text: BIGINT, DOUBLE PRECISION, TEXT, BYTEA; flags as 0/1; no clock in SQL.

CREATE TABLE log_head (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    size BIGINT NOT NULL
);
INSERT INTO log_head (id, size) VALUES (1, 0);

-- One row an entry: the exact bytes, never serialised again.
CREATE TABLE log_entry (
    seq BIGINT NOT NULL PRIMARY KEY,
    leaf BYTEA NOT NULL,
    stream TEXT NOT NULL,
    stream_seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    occurred_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    bytes BYTEA NOT NULL
);
CREATE UNIQUE INDEX log_entry_stream ON log_entry (stream, stream_seq);

-- The one erasable store: what people and senders wrote. An erased word keeps its place, not its value.
CREATE TABLE word (
    seq BIGINT NOT NULL,
    field TEXT NOT NULL,
    salt BYTEA,
    value BYTEA,
    artifact BYTEA,
    erased_by BIGINT,
    PRIMARY KEY (seq, field)
);

CREATE TABLE artifact (
    sha256 BYTEA NOT NULL PRIMARY KEY,
    media_type TEXT NOT NULL,
    bytes BYTEA NOT NULL
);

-- Operational: the key that signs, checkpoints, full tiles.
CREATE TABLE log_origin (
    epoch BIGINT NOT NULL PRIMARY KEY,
    origin TEXT NOT NULL,
    vkey TEXT NOT NULL
);
CREATE TABLE log_checkpoint (
    size BIGINT NOT NULL PRIMARY KEY,
    root BYTEA NOT NULL,
    note TEXT NOT NULL,
    signed_at BIGINT NOT NULL
);
CREATE TABLE log_tile (
    level BIGINT NOT NULL,
    idx BIGINT NOT NULL,
    hashes BYTEA NOT NULL,
    PRIMARY KEY (level, idx)
);
