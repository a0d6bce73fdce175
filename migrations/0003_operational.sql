-- Operational rows: not folded from the log, and worth nothing as evidence.

CREATE TABLE credential (
    hash BYTEA NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    role TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
);
CREATE INDEX credential_subject ON credential (subject, kind);
CREATE TABLE password (
    person TEXT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL,
    set_at BIGINT NOT NULL
);
CREATE TABLE session (
    hash BYTEA NOT NULL PRIMARY KEY,
    person TEXT NOT NULL,
    csrf TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE TABLE sign_in_failure (
    subject BYTEA NOT NULL PRIMARY KEY,
    count BIGINT NOT NULL,
    first_at BIGINT NOT NULL
);

-- What arrived, byte for byte, until its retention ends.
CREATE TABLE inbound (
    intake TEXT NOT NULL PRIMARY KEY,
    integration TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    content_type TEXT,
    bytes BYTEA NOT NULL
);
CREATE INDEX inbound_integration ON inbound (integration, received_at);
-- Repeats of what is known: counted, with the newest body's hash.
CREATE TABLE alert_repeat (
    alert TEXT NOT NULL PRIMARY KEY,
    count BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    body BYTEA NOT NULL
);
CREATE TABLE integration_seen (
    integration TEXT NOT NULL PRIMARY KEY,
    last_seen BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    quarantined BIGINT NOT NULL,
    ignored BIGINT NOT NULL
);

-- A claim is committed before anything is sent; the lease only saves work.
CREATE TABLE outbox_claim (
    page TEXT NOT NULL PRIMARY KEY,
    node TEXT NOT NULL,
    until_at BIGINT NOT NULL
);
CREATE TABLE node_clock (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    high_water BIGINT NOT NULL
);
INSERT INTO node_clock (id, high_water) VALUES (1, 0);
