-- Times are microseconds since 1970 in UTC; ids are UUIDs of version 7; digests are `sha256:` and hex.

CREATE TABLE person (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    email TEXT,
    role TEXT NOT NULL,
    password_hash TEXT,
    subject TEXT UNIQUE,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE token (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    person_id TEXT REFERENCES person (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX token_person ON token (person_id);

CREATE TABLE session (
    hash TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_person ON session (person_id);
CREATE INDEX session_expiry ON session (expires_at);

CREATE TABLE audit (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    reason TEXT NOT NULL,
    details TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX audit_object ON audit (object, seq);
CREATE INDEX audit_actor ON audit (actor, seq);
-- One row: who appends holds it, so that the chain never forks.
CREATE TABLE audit_head (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL
);

CREATE TABLE registry (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    credential BLOB,
    schedule TEXT,
    region TEXT NOT NULL,
    environment TEXT NOT NULL,
    paused BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    listed_at BIGINT
);

CREATE TABLE image (
    digest TEXT PRIMARY KEY,
    platform TEXT NOT NULL,
    size BIGINT NOT NULL,
    layers TEXT NOT NULL,
    base TEXT,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL
);
CREATE INDEX image_first_seen ON image (first_seen, digest);
CREATE INDEX image_base ON image (base) WHERE base IS NOT NULL;

-- What a name has pointed at. `tag` is empty where the image was named by its digest alone;
-- `replaced_at` is set when the tag went elsewhere or the registry no longer has it.
CREATE TABLE image_name (
    registry_id TEXT NOT NULL REFERENCES registry (id),
    repository TEXT NOT NULL,
    tag TEXT NOT NULL,
    digest TEXT NOT NULL REFERENCES image (digest),
    pushed_at BIGINT NOT NULL,
    replaced_at BIGINT,
    PRIMARY KEY (registry_id, repository, tag, digest)
);
CREATE INDEX image_name_digest ON image_name (digest, pushed_at);
CREATE INDEX image_name_repository ON image_name (repository, digest);
CREATE UNIQUE INDEX image_name_current ON image_name (registry_id, repository, tag)
    WHERE replaced_at IS NULL AND tag <> '';

CREATE TABLE workload (
    cluster TEXT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    environment TEXT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    PRIMARY KEY (cluster, namespace, name, digest)
);
CREATE INDEX workload_digest ON workload (digest);
CREATE INDEX workload_seen ON workload (cluster, last_seen);
