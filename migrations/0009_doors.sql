-- Doors in: what an integration was told, what became of quarantined input, changes as context.
ALTER TABLE integration ADD COLUMN acknowledges BIGINT NOT NULL DEFAULT 0;
ALTER TABLE integration ADD COLUMN heartbeat_seconds BIGINT NOT NULL DEFAULT 0;
ALTER TABLE integration ADD COLUMN settings BIGINT;

ALTER TABLE quarantine ADD COLUMN settled BIGINT;
ALTER TABLE quarantine ADD COLUMN outcome TEXT;
CREATE INDEX quarantine_waiting ON quarantine (integration) WHERE settled IS NULL;

CREATE TABLE change_event (
    intake TEXT NOT NULL,
    number BIGINT NOT NULL,
    integration TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (intake, number)
);
CREATE INDEX change_event_recent ON change_event (received_at, seq, number);

-- Operational. Headers and query of what arrived; when the next heartbeat is due; sealed secrets.
ALTER TABLE inbound ADD COLUMN about TEXT;
CREATE TABLE heartbeat (
    integration TEXT NOT NULL PRIMARY KEY,
    due_at BIGINT NOT NULL
);
CREATE INDEX heartbeat_due ON heartbeat (due_at);
CREATE TABLE integration_secret (
    integration TEXT NOT NULL PRIMARY KEY,
    sealed BYTEA NOT NULL,
    set_at BIGINT NOT NULL
);
