-- A job that is done leaves this table at once, so that what a lease looks at stays small.
CREATE TABLE job (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    pool TEXT NOT NULL,
    payload TEXT NOT NULL,
    priority BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    sweep BOOLEAN NOT NULL,
    concurrency_key TEXT,
    dedupe_key TEXT,
    -- queued, running or dead.
    state TEXT NOT NULL,
    -- Whether nothing but time stands between a queued job and its lease; of jobs with one
    -- concurrency key, one at a time is ready. Written at enqueue and at completion, never
    -- derived by whoever asks for work.
    ready BOOLEAN NOT NULL,
    visible_from BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    locked_by TEXT,
    locked_until BIGINT,
    created_at BIGINT NOT NULL,
    error TEXT,
    traceparent TEXT
);
CREATE INDEX job_next ON job (pool, sweep, priority DESC, visible_from, id)
    WHERE state = 'queued' AND ready;
CREATE INDEX job_lease ON job (locked_until) WHERE state = 'running';
CREATE INDEX job_running ON job (pool, sweep) WHERE state = 'running';
CREATE INDEX job_dead ON job (id) WHERE state = 'dead';
CREATE INDEX job_waiting ON job (concurrency_key, priority DESC, visible_from, id)
    WHERE state = 'queued' AND NOT ready;
CREATE UNIQUE INDEX job_holder ON job (concurrency_key)
    WHERE ready AND state <> 'dead' AND concurrency_key IS NOT NULL;
CREATE UNIQUE INDEX job_dedupe ON job (dedupe_key) WHERE dedupe_key IS NOT NULL AND state <> 'dead';

CREATE TABLE job_done (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    pool TEXT NOT NULL,
    worker TEXT NOT NULL,
    fence BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    finished_at BIGINT NOT NULL
);
CREATE INDEX job_done_finished ON job_done (finished_at);

-- What operators set; a pool without a row is not paused and has no limits.
CREATE TABLE job_pool (
    pool TEXT PRIMARY KEY,
    paused BOOLEAN NOT NULL,
    capacity BIGINT,
    sweep_cap BIGINT
);
