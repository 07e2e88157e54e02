-- Since when a verdict is in its state: lists of a state have the latest first by that. When it
-- was decided stands in no index any more, so that saying the same again touches none.
ALTER TABLE verdict ADD COLUMN since BIGINT NOT NULL DEFAULT 0;
UPDATE verdict SET since = decided_at;
DROP INDEX verdict_state;
CREATE INDEX verdict_state ON verdict (state, since, digest, environment, worst, gaps);
