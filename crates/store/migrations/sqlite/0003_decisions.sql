-- Numbers that only grow; whoever takes one holds the row to the commit, so that numbers
-- become visible in their order.
CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);

CREATE TABLE verdict (
    digest TEXT NOT NULL,
    environment TEXT NOT NULL,
    state TEXT NOT NULL,
    critical BIGINT NOT NULL,
    high BIGINT NOT NULL,
    medium BIGINT NOT NULL,
    low BIGINT NOT NULL,
    unrated BIGINT NOT NULL,
    gaps BIGINT NOT NULL,
    reasons TEXT NOT NULL,
    report TEXT,
    policy_generation BIGINT NOT NULL,
    snapshot TEXT NOT NULL,
    snapshot_at BIGINT NOT NULL,
    decided_at BIGINT NOT NULL,
    PRIMARY KEY (digest, environment)
);
CREATE INDEX verdict_state ON verdict (state, decided_at, digest, environment);
CREATE INDEX verdict_counted ON verdict (environment, state);
CREATE INDEX verdict_worst ON verdict (environment, critical, high, digest);

CREATE TABLE verdict_change (
    id TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    environment TEXT NOT NULL,
    before TEXT,
    after TEXT NOT NULL,
    cause TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX verdict_change_at ON verdict_change (at, id);
CREATE INDEX verdict_change_digest ON verdict_change (digest, at, id);

-- Only what is not clear has a row, or once was not.
CREATE TABLE hold (
    registry_id TEXT NOT NULL,
    repository TEXT NOT NULL,
    digest TEXT NOT NULL,
    state TEXT NOT NULL,
    by_hand BOOLEAN NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    until BIGINT,
    seq BIGINT NOT NULL,
    PRIMARY KEY (registry_id, repository, digest)
);
CREATE INDEX hold_digest ON hold (digest);
CREATE INDEX hold_state ON hold (state, seq);
CREATE UNIQUE INDEX hold_seq ON hold (seq);
CREATE INDEX hold_until ON hold (until) WHERE until IS NOT NULL;

CREATE TABLE release_request (
    id TEXT PRIMARY KEY,
    registry_id TEXT NOT NULL,
    repository TEXT NOT NULL,
    digest TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    requested_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    until BIGINT,
    -- open, approved, rejected or void.
    state TEXT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    decision TEXT
);
CREATE UNIQUE INDEX release_request_open ON release_request (registry_id, repository, digest)
    WHERE state = 'open';
CREATE INDEX release_request_state ON release_request (state, id);

CREATE TABLE policy (
    generation BIGINT PRIMARY KEY,
    document TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL
);

CREATE TABLE exemption (
    id TEXT PRIMARY KEY,
    document TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    until BIGINT,
    revoked_at BIGINT,
    revoked_by TEXT
);

CREATE TABLE join_token (
    hash TEXT PRIMARY KEY,
    region TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    edge_id TEXT
);

CREATE TABLE edge (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    region TEXT NOT NULL,
    fingerprint TEXT NOT NULL UNIQUE,
    -- The certificate before, until the edge was seen with the new one.
    previous TEXT UNIQUE,
    joined_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_seen BIGINT,
    revoked_at BIGINT,
    version TEXT NOT NULL,
    status TEXT NOT NULL
);
CREATE INDEX edge_region ON edge (region, name, id);
