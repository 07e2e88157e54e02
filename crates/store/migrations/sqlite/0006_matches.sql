-- Images whose inventories differ in nothing but names, digests and times are one class:
-- what matching says of one holds for all.
ALTER TABLE content ADD COLUMN class TEXT NOT NULL DEFAULT '';
CREATE INDEX content_class ON content (class, digest);

-- What lists are narrowed by. What is suppressed is kept, because a change of it is a change,
-- and counted nowhere.
ALTER TABLE component_match ADD COLUMN package TEXT NOT NULL DEFAULT '';
ALTER TABLE component_match ADD COLUMN status TEXT NOT NULL DEFAULT '';
ALTER TABLE component_match ADD COLUMN kev BOOLEAN NOT NULL DEFAULT 0;
ALTER TABLE component_match ADD COLUMN suppressed BOOLEAN NOT NULL DEFAULT 0;
CREATE INDEX component_match_package ON component_match (package, advisory);

ALTER TABLE vulnerability ADD COLUMN fixable BOOLEAN NOT NULL DEFAULT 0;
ALTER TABLE vulnerability ADD COLUMN kev BOOLEAN NOT NULL DEFAULT 0;

-- Where an advisory concerns images, by environment; counted with the numbers above.
CREATE TABLE vulnerability_place (
    advisory TEXT NOT NULL,
    environment TEXT NOT NULL,
    images BIGINT NOT NULL,
    PRIMARY KEY (advisory, environment)
);
