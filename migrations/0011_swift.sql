-- What keeps turns short.

-- When the newest entry was recorded: an append need not read the log to go on from there.
ALTER TABLE log_head ADD COLUMN recorded_at BIGINT NOT NULL DEFAULT 0;
UPDATE log_head SET recorded_at =
    COALESCE((SELECT recorded_at FROM log_entry ORDER BY seq DESC LIMIT 1), 0);

-- Which alerts carry a label: operational, written behind the log and worth nothing as evidence.
-- `label` is the head of SHA-256 over name and value; whoever finds a row here reads the words.
CREATE TABLE alert_label (
    label BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (label, seq, number)
) -- sqlite: WITHOUT ROWID
;
CREATE TABLE alert_label_head (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL
);
INSERT INTO alert_label_head (id, seq) VALUES (1, 0);
