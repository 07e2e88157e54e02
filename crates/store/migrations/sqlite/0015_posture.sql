-- From where a workload can be reached; NULL: nobody has said.
ALTER TABLE workload ADD COLUMN exposure TEXT;

-- What a cluster was last told to run, as a number that grows: changes say which they follow.
CREATE TABLE cluster (
    name TEXT PRIMARY KEY,
    generation BIGINT NOT NULL,
    environment TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- A verdict that somebody has looked at, with the reasons that it had.
CREATE TABLE verdict_seen (
    digest TEXT NOT NULL,
    environment TEXT NOT NULL,
    reasons TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (digest, environment)
);

-- At the end of a day (since 1970, UTC): how many verdicts had which worst finding, as in
-- `verdict.worst`.
CREATE TABLE severity_day (
    day BIGINT NOT NULL,
    environment TEXT NOT NULL,
    worst BIGINT NOT NULL,
    verdicts BIGINT NOT NULL,
    PRIMARY KEY (day, environment, worst)
);

CREATE INDEX person_folded ON person (lower(name));
