-- Operational rows of the API: what was done under which idempotency key, until it expires.

-- `answer` is empty between the commit and the answer; a crash there leaves it empty, and the request
-- is still not done twice.
CREATE TABLE api_once (
    key BYTEA NOT NULL PRIMARY KEY,
    request BYTEA NOT NULL,
    done_at BIGINT NOT NULL,
    status BIGINT,
    location TEXT,
    answer BYTEA
);
CREATE INDEX api_once_done ON api_once (done_at);

-- Derived: endpoints that are told of entries.
CREATE TABLE webhook (
    id TEXT NOT NULL PRIMARY KEY,
    standing TEXT NOT NULL,
    types TEXT NOT NULL,
    generation BIGINT NOT NULL,
    word BIGINT NOT NULL,
    added_at BIGINT NOT NULL
);
-- Operational: how far each endpoint was told. The log is the queue, so nothing is written for an entry
-- on its way in. `ahead` lists positions after `next_seq` that were taken already. A claim is committed
-- before anything is sent; it holds the endpoint for this node until it runs out.
CREATE TABLE webhook_cursor (
    webhook TEXT NOT NULL PRIMARY KEY,
    next_seq BIGINT NOT NULL,
    ahead TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    failing_since BIGINT,
    node TEXT NOT NULL,
    until_at BIGINT NOT NULL
);
-- Operational: the newest attempts of each endpoint.
CREATE TABLE webhook_delivery (
    webhook TEXT NOT NULL,
    number BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    sent_at BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (webhook, number)
);
