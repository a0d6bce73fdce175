-- Which release folded the derived rows: a newer one folds them again from the log.

CREATE TABLE fold (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    version BIGINT NOT NULL
);
INSERT INTO fold (id, version) VALUES (1, 0);
