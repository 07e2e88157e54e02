-- What was found against a component, packed: everything that a decision looks at, so that
-- images are decided on without their inventories. Only of components with findings; of which
-- components it is known stands beside them.
CREATE TABLE component_fact (
    component_id INTEGER PRIMARY KEY,
    facts BLOB NOT NULL
);
ALTER TABLE component ADD COLUMN facts_known BOOLEAN NOT NULL DEFAULT 0;
CREATE INDEX component_unknown ON component (id) WHERE NOT facts_known;

-- What is known of an image beside its components: few, since many images have the same. An
-- empty body: to be decided on by the inventory alone.
CREATE TABLE shell (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    body BLOB NOT NULL
);
ALTER TABLE content ADD COLUMN shell_id BIGINT;
CREATE INDEX content_bare ON content (digest) WHERE shell_id IS NULL;
