-- Who is on an open task, until when, and for whom; `role` holds every role of it, separated by spaces.
ALTER TABLE incident_task ADD COLUMN holder TEXT;
ALTER TABLE incident_task ADD COLUMN held_until BIGINT;
ALTER TABLE incident_task ADD COLUMN delegated_by TEXT;
-- Who approved the answer that stands there, separated by spaces.
ALTER TABLE incident_task ADD COLUMN approved TEXT;

-- What still waits, by kind: approvals that want a second person.
CREATE INDEX clock_waiting ON clock (kind, due_at) WHERE state <> 'met';
-- The log of messages, newest first.
CREATE INDEX page_queued ON page (queued_at, id);

-- Operational: what a person chose for the pages, such as the time zone.
CREATE TABLE person_setting (
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (person, name)
);
