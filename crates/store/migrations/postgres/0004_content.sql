-- A component is what the matcher looks at: one package version of one distribution. It is
-- stored once, whatever contains it.
CREATE TABLE component (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    purl TEXT COLLATE "C" NOT NULL UNIQUE,
    -- When the advisory snapshot was built that it was last compared with; empty: never was.
    matched_at BIGINT
);

-- Under which keys of the advisory database a component is looked up.
CREATE TABLE component_key (
    key TEXT COLLATE "C" NOT NULL,
    component_id BIGINT NOT NULL,
    PRIMARY KEY (key, component_id)
);

-- A set of components that images share: what one layer brings.
CREATE TABLE part (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash TEXT COLLATE "C" NOT NULL UNIQUE
);
CREATE TABLE part_component (
    part_id BIGINT NOT NULL,
    component_id BIGINT NOT NULL,
    PRIMARY KEY (part_id, component_id)
);
CREATE INDEX part_component_reverse ON part_component (component_id, part_id);

CREATE TABLE image_part (
    digest TEXT COLLATE "C" NOT NULL,
    part_id BIGINT NOT NULL,
    PRIMARY KEY (digest, part_id)
);
CREATE INDEX image_part_reverse ON image_part (part_id, digest);

-- The inventory as a blob, and what it was read with.
CREATE TABLE content (
    digest TEXT COLLATE "C" PRIMARY KEY,
    inventory TEXT COLLATE "C" NOT NULL,
    revision TEXT COLLATE "C" NOT NULL,
    gaps BIGINT NOT NULL,
    indexed_at BIGINT NOT NULL
);
CREATE INDEX content_inventory ON content (inventory);

CREATE TABLE advisory_snapshot (
    digest TEXT COLLATE "C" PRIMARY KEY,
    built_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);

-- What is wrong with a component: never with an image.
CREATE TABLE component_match (
    component_id BIGINT NOT NULL,
    advisory TEXT COLLATE "C" NOT NULL,
    severity BIGINT NOT NULL,
    undecided BOOLEAN NOT NULL,
    fixed TEXT COLLATE "C",
    facts TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (component_id, advisory)
);
CREATE INDEX component_match_reverse ON component_match (advisory, component_id);

-- A list for people, counted again where something changed; never what a decision rests on.
CREATE TABLE vulnerability (
    advisory TEXT COLLATE "C" PRIMARY KEY,
    severity BIGINT NOT NULL,
    components BIGINT NOT NULL,
    images BIGINT NOT NULL,
    running BIGINT NOT NULL,
    first_seen BIGINT NOT NULL,
    counted_at BIGINT NOT NULL,
    stale BOOLEAN NOT NULL
);
CREATE INDEX vulnerability_worst ON vulnerability (severity, images, advisory);
CREATE INDEX vulnerability_stale ON vulnerability (counted_at) WHERE stale;
