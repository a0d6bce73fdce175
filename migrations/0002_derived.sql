-- Derived rows: folded from the log by one projection, at commit and by `rebuild --check`.

-- The folded state of each aggregate, as JSON of this release's shape (`state_version`).
CREATE TABLE aggregate (
    stream TEXT NOT NULL PRIMARY KEY,
    length BIGINT NOT NULL,
    head BYTEA NOT NULL,
    state_version BIGINT NOT NULL,
    state TEXT
);

CREATE TABLE legal_entity (
    id TEXT NOT NULL PRIMARY KEY,
    word BIGINT NOT NULL,
    home BIGINT NOT NULL
);

CREATE TABLE service (
    id TEXT NOT NULL PRIMARY KEY,
    entity TEXT NOT NULL,
    word BIGINT NOT NULL,
    critical BIGINT NOT NULL
);

CREATE TABLE person (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    word BIGINT NOT NULL,
    elevated_at BIGINT NOT NULL
);
CREATE TABLE person_role (
    person TEXT NOT NULL,
    role TEXT NOT NULL,
    entity TEXT NOT NULL,
    PRIMARY KEY (person, role, entity)
);
CREATE INDEX person_role_role ON person_role (role);
CREATE TABLE person_contact (
    person TEXT NOT NULL,
    position BIGINT NOT NULL,
    channel TEXT NOT NULL,
    word BIGINT NOT NULL,
    PRIMARY KEY (person, position)
);

CREATE TABLE document (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    stream TEXT NOT NULL,
    sha256 BYTEA NOT NULL,
    published_at BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (kind, name, version)
);

CREATE TABLE integration (
    id TEXT NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    policy TEXT NOT NULL,
    entity TEXT NOT NULL,
    declares BIGINT NOT NULL,
    word BIGINT NOT NULL,
    added_at BIGINT NOT NULL
);

CREATE TABLE alert (
    id TEXT NOT NULL PRIMARY KEY,
    integration TEXT NOT NULL,
    dedup BYTEA,
    state TEXT NOT NULL,
    severity TEXT NOT NULL,
    alert_group TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    resolved_at BIGINT,
    word BIGINT NOT NULL,
    field TEXT NOT NULL
);
CREATE UNIQUE INDEX alert_open ON alert (integration, dedup) WHERE state = 'open';
CREATE INDEX alert_recent ON alert (opened_at, id);
CREATE INDEX alert_of_group ON alert (alert_group, state);

-- Nothing open may go silent: a group has a next due time until it is over.
CREATE TABLE alert_group (
    id TEXT NOT NULL PRIMARY KEY,
    integration TEXT NOT NULL,
    group_key BYTEA,
    state TEXT NOT NULL,
    severity TEXT NOT NULL,
    open_alerts BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    next_due_at BIGINT,
    escalation TEXT,
    incident TEXT,
    word BIGINT NOT NULL,
    field TEXT NOT NULL,
    CHECK (state = 'closed' OR next_due_at IS NOT NULL OR incident IS NOT NULL)
);
CREATE UNIQUE INDEX alert_group_open ON alert_group (integration, group_key) WHERE state = 'open';

CREATE TABLE quarantine (
    intake TEXT NOT NULL PRIMARY KEY,
    integration TEXT NOT NULL,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    body BYTEA NOT NULL,
    received_at BIGINT NOT NULL,
    seq BIGINT NOT NULL
);

CREATE TABLE incident (
    id TEXT NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    mode TEXT NOT NULL,
    entity TEXT NOT NULL,
    status TEXT NOT NULL,
    phase TEXT NOT NULL,
    severity TEXT,
    commander TEXT,
    declared_at BIGINT NOT NULL,
    word BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX incident_status ON incident (status, declared_at);
CREATE TABLE incident_number (
    year BIGINT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);
-- Every entry that an incident's timeline shows: its own, its escalations', its pages'.
CREATE TABLE incident_entry (
    incident TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (incident, seq)
);
-- Which incident a stream belongs to: the incident's own, and its children's.
CREATE TABLE incident_stream (
    stream TEXT NOT NULL PRIMARY KEY,
    incident TEXT NOT NULL
);
CREATE INDEX incident_stream_of ON incident_stream (incident);
CREATE TABLE incident_task (
    incident TEXT NOT NULL,
    task BIGINT NOT NULL,
    element TEXT NOT NULL,
    role TEXT,
    created_at BIGINT NOT NULL,
    due_at BIGINT,
    PRIMARY KEY (incident, task)
);

CREATE TABLE escalation (
    id TEXT NOT NULL PRIMARY KEY,
    target TEXT NOT NULL,
    target_id TEXT NOT NULL,
    phase TEXT NOT NULL,
    next_step BIGINT NOT NULL,
    due_at BIGINT,
    started_at BIGINT NOT NULL,
    acknowledged_by TEXT,
    acknowledged_at BIGINT,
    CHECK (phase = 'ended' OR due_at IS NOT NULL)
);
CREATE INDEX escalation_target ON escalation (target_id);

CREATE TABLE page (
    id TEXT NOT NULL PRIMARY KEY,
    escalation TEXT NOT NULL,
    person TEXT NOT NULL,
    step BIGINT NOT NULL,
    state TEXT NOT NULL,
    position BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    due_at BIGINT,
    queued_at BIGINT NOT NULL,
    handed_over_at BIGINT,
    acknowledged_at BIGINT,
    last_reason TEXT
);
CREATE INDEX page_due ON page (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX page_escalation ON page (escalation);

-- One table of due rows for everything that happens on time.
CREATE TABLE clock (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    generation BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    rule TEXT NOT NULL
);
CREATE INDEX clock_due ON clock (due_at) WHERE state = 'running';
CREATE INDEX clock_target ON clock (target);

CREATE TABLE export (
    seq BIGINT NOT NULL PRIMARY KEY,
    incident TEXT,
    taken_at BIGINT NOT NULL
);
CREATE TABLE erasure (
    request BIGINT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL,
    basis TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    performed BIGINT NOT NULL
);
