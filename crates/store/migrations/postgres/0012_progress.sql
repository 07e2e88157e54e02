-- How far the list of a registry has come that is not at its end: this repository, up to this
-- tag; without a tag, all of it.
CREATE TABLE list_progress (
    registry_id TEXT COLLATE "C" PRIMARY KEY,
    repository TEXT COLLATE "C" NOT NULL,
    tag TEXT COLLATE "C",
    at BIGINT NOT NULL
);
