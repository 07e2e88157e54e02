-- How far the list of a registry has come that is not at its end: this repository, up to this
-- tag; without a tag, all of it.
CREATE TABLE list_progress (
    registry_id TEXT PRIMARY KEY,
    repository TEXT NOT NULL,
    tag TEXT,
    at BIGINT NOT NULL
);
