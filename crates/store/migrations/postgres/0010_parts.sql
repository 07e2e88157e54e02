-- What was found against a component, packed: everything that a decision looks at, so that
-- images are decided on without their inventories. Only of components with findings; of which
-- components it is known stands beside them.
CREATE TABLE component_fact (
    component_id BIGINT PRIMARY KEY,
    facts BYTEA NOT NULL
);
ALTER TABLE component ADD COLUMN facts_known BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX component_unknown ON component (id) WHERE NOT facts_known;

-- What is known of an image beside its components: few, since many images have the same. An
-- empty body: to be decided on by the inventory alone.
CREATE TABLE shell (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash TEXT COLLATE "C" NOT NULL UNIQUE,
    body BYTEA NOT NULL
);
ALTER TABLE content ADD COLUMN shell_id BIGINT;
CREATE INDEX content_bare ON content (digest) WHERE shell_id IS NULL;
