-- Numbers that only grow; whoever takes one holds the row to the commit, so that numbers
-- become visible in their order.
CREATE TABLE counter (
    name TEXT COLLATE "C" PRIMARY KEY,
    value BIGINT NOT NULL
);

CREATE TABLE verdict (
    digest TEXT COLLATE "C" NOT NULL,
    environment TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    critical BIGINT NOT NULL,
    high BIGINT NOT NULL,
    medium BIGINT NOT NULL,
    low BIGINT NOT NULL,
    unrated BIGINT NOT NULL,
    gaps BIGINT NOT NULL,
    reasons TEXT COLLATE "C" NOT NULL,
    report TEXT COLLATE "C",
    policy_generation BIGINT NOT NULL,
    snapshot TEXT COLLATE "C" NOT NULL,
    snapshot_at BIGINT NOT NULL,
    decided_at BIGINT NOT NULL,
    PRIMARY KEY (digest, environment)
);
CREATE INDEX verdict_state ON verdict (state, decided_at, digest, environment);
CREATE INDEX verdict_counted ON verdict (environment, state);
CREATE INDEX verdict_worst ON verdict (environment, critical, high, digest);

CREATE TABLE verdict_change (
    id TEXT COLLATE "C" PRIMARY KEY,
    digest TEXT COLLATE "C" NOT NULL,
    environment TEXT COLLATE "C" NOT NULL,
    before TEXT COLLATE "C",
    after TEXT COLLATE "C" NOT NULL,
    cause TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX verdict_change_at ON verdict_change (at, id);
CREATE INDEX verdict_change_digest ON verdict_change (digest, at, id);

-- Only what is not clear has a row, or once was not.
CREATE TABLE hold (
    registry_id TEXT COLLATE "C" NOT NULL,
    repository TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    by_hand BOOLEAN NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
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
    id TEXT COLLATE "C" PRIMARY KEY,
    registry_id TEXT COLLATE "C" NOT NULL,
    repository TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    requested_by TEXT COLLATE "C" NOT NULL,
    requested_at BIGINT NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    until BIGINT,
    -- open, approved, rejected or void.
    state TEXT COLLATE "C" NOT NULL,
    decided_by TEXT COLLATE "C",
    decided_at BIGINT,
    decision TEXT COLLATE "C"
);
CREATE UNIQUE INDEX release_request_open ON release_request (registry_id, repository, digest)
    WHERE state = 'open';
CREATE INDEX release_request_state ON release_request (state, id);

CREATE TABLE policy (
    generation BIGINT PRIMARY KEY,
    document TEXT COLLATE "C" NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL
);

CREATE TABLE exemption (
    id TEXT COLLATE "C" PRIMARY KEY,
    document TEXT COLLATE "C" NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    until BIGINT,
    revoked_at BIGINT,
    revoked_by TEXT COLLATE "C"
);

CREATE TABLE join_token (
    hash TEXT COLLATE "C" PRIMARY KEY,
    region TEXT COLLATE "C" NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    edge_id TEXT COLLATE "C"
);

CREATE TABLE edge (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL UNIQUE,
    -- The certificate before, until the edge was seen with the new one.
    previous TEXT COLLATE "C" UNIQUE,
    joined_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_seen BIGINT,
    revoked_at BIGINT,
    version TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL
);
CREATE INDEX edge_region ON edge (region, name, id);
