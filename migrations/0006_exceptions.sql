-- Every exception of every incident: what the register shows. Derived.
CREATE TABLE incident_exception (
    incident TEXT NOT NULL,
    seq BIGINT NOT NULL,
    element TEXT NOT NULL,
    code TEXT NOT NULL,
    person TEXT,
    authority TEXT,
    invoked_at BIGINT NOT NULL,
    ratify_by BIGINT,
    judgement TEXT,
    judged BIGINT,
    PRIMARY KEY (incident, seq)
);
CREATE INDEX incident_exception_open ON incident_exception (judgement, ratify_by);
