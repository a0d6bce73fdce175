-- What is no longer ours stays known: incidents and packs of the past name it.

ALTER TABLE legal_entity ADD COLUMN retired BIGINT NOT NULL DEFAULT 0;
ALTER TABLE service ADD COLUMN retired BIGINT NOT NULL DEFAULT 0;
