-- Times are microseconds since 1970 in UTC; ids are UUIDs of version 7; digests are `sha256:` and hex.

CREATE TABLE person (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    display_name TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C",
    role TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C",
    subject TEXT COLLATE "C" UNIQUE,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE token (
    id TEXT COLLATE "C" PRIMARY KEY,
    hash TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    person_id TEXT COLLATE "C" REFERENCES person (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX token_person ON token (person_id);

CREATE TABLE session (
    hash TEXT COLLATE "C" PRIMARY KEY,
    person_id TEXT COLLATE "C" NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_person ON session (person_id);
CREATE INDEX session_expiry ON session (expires_at);

CREATE TABLE audit (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    object TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    details TEXT COLLATE "C" NOT NULL,
    previous TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL
);
CREATE INDEX audit_object ON audit (object, seq);
CREATE INDEX audit_actor ON audit (actor, seq);
-- One row: who appends holds it, so that the chain never forks.
CREATE TABLE audit_head (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    seq BIGINT NOT NULL,
    hash TEXT COLLATE "C" NOT NULL
);

CREATE TABLE registry (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    kind TEXT COLLATE "C" NOT NULL,
    url TEXT COLLATE "C" NOT NULL,
    credential BYTEA,
    schedule TEXT COLLATE "C",
    region TEXT COLLATE "C" NOT NULL,
    environment TEXT COLLATE "C" NOT NULL,
    paused BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    listed_at BIGINT
);

CREATE TABLE image (
    digest TEXT COLLATE "C" PRIMARY KEY,
    platform TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    layers TEXT COLLATE "C" NOT NULL,
    base TEXT COLLATE "C",
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL
);
CREATE INDEX image_first_seen ON image (first_seen, digest);
CREATE INDEX image_base ON image (base) WHERE base IS NOT NULL;

-- What a name has pointed at. `tag` is empty where the image was named by its digest alone;
-- `replaced_at` is set when the tag went elsewhere or the registry no longer has it.
CREATE TABLE image_name (
    registry_id TEXT COLLATE "C" NOT NULL REFERENCES registry (id),
    repository TEXT COLLATE "C" NOT NULL,
    tag TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL REFERENCES image (digest),
    pushed_at BIGINT NOT NULL,
    replaced_at BIGINT,
    PRIMARY KEY (registry_id, repository, tag, digest)
);
CREATE INDEX image_name_digest ON image_name (digest, pushed_at);
CREATE INDEX image_name_repository ON image_name (repository, digest);
CREATE UNIQUE INDEX image_name_current ON image_name (registry_id, repository, tag)
    WHERE replaced_at IS NULL AND tag <> '';

CREATE TABLE workload (
    cluster TEXT COLLATE "C" NOT NULL,
    namespace TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    environment TEXT COLLATE "C" NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    PRIMARY KEY (cluster, namespace, name, digest)
);
CREATE INDEX workload_digest ON workload (digest);
CREATE INDEX workload_seen ON workload (cluster, last_seen);
