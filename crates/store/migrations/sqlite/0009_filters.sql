-- Verdicts carry when their image was first seen and the worst of its findings, so that images
-- are listed by what was decided about them along one index. 0: nothing found; 1: not rated;
-- 2 to 5: low to critical.
ALTER TABLE verdict ADD COLUMN worst BIGINT NOT NULL DEFAULT 0;
ALTER TABLE verdict ADD COLUMN seen BIGINT NOT NULL DEFAULT 0;
UPDATE verdict SET
    worst = CASE WHEN critical > 0 THEN 5 WHEN high > 0 THEN 4 WHEN medium > 0 THEN 3
        WHEN low > 0 THEN 2 WHEN unrated > 0 THEN 1 ELSE 0 END,
    seen = COALESCE((SELECT i.first_seen FROM image i WHERE i.digest = verdict.digest), decided_at);
CREATE INDEX verdict_listed ON verdict (seen, digest, environment, state, worst, gaps);
DROP INDEX verdict_state;
CREATE INDEX verdict_state ON verdict (state, decided_at, digest, environment, worst, gaps);
DROP INDEX verdict_worst;
CREATE INDEX verdict_worst ON verdict (environment, critical, high, digest, worst, gaps);

-- Whether an image is named somewhere is answered by the index alone.
DROP INDEX image_name_digest;
CREATE INDEX image_name_digest ON image_name (digest, pushed_at, registry_id, repository);
