-- Plans to move running cases to another version of their process. Derived; the cases of a plan stand
-- in its folded state. `word` is the entry with the reason, `judged` the one that approved or ended it.

CREATE TABLE move_plan (
    id TEXT NOT NULL PRIMARY KEY,
    process TEXT NOT NULL,
    from_version BIGINT NOT NULL,
    to_version BIGINT NOT NULL,
    standing TEXT NOT NULL,
    cases BIGINT NOT NULL,
    moved BIGINT NOT NULL,
    stay BIGINT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    word BIGINT NOT NULL,
    judged BIGINT
);
CREATE INDEX move_plan_process ON move_plan (process, proposed_at);
CREATE INDEX move_plan_standing ON move_plan (standing, proposed_at);
