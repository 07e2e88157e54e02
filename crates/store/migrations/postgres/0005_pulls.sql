-- Said in words: what runs already is refused, too.
ALTER TABLE hold ADD COLUMN even_if_running BOOLEAN NOT NULL DEFAULT FALSE;

-- What a workload ran before what it runs now: where it would be rolled back to.
CREATE TABLE workload_before (
    cluster TEXT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (cluster, namespace, name)
);
CREATE INDEX workload_before_digest ON workload_before (digest);

-- What a bundle was last made of, beside holds and workloads: it is another one when this is.
CREATE TABLE bundle_input (
    name TEXT PRIMARY KEY,
    digest TEXT NOT NULL
);
