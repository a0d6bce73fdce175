-- Drafts of documents, and the stream of each document before its first version.

CREATE TABLE document_name (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    stream TEXT NOT NULL,
    PRIMARY KEY (kind, name)
);

-- `word` is the entry with the rationale, `checked` the one with the findings.
CREATE TABLE document_draft (
    stream TEXT NOT NULL,
    draft BIGINT NOT NULL,
    stage TEXT NOT NULL,
    revision BIGINT NOT NULL,
    base BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    word BIGINT NOT NULL,
    checked BIGINT,
    refusing BIGINT NOT NULL,
    advising BIGINT NOT NULL,
    saved_by TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (stream, draft)
);

-- Which version of which process governs an incident.
CREATE TABLE incident_process (
    incident TEXT NOT NULL PRIMARY KEY,
    process TEXT NOT NULL,
    version BIGINT NOT NULL,
    since BIGINT NOT NULL
);
CREATE INDEX incident_process_version ON incident_process (process, version, since);
