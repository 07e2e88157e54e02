-- When a blob was last put, so that what nothing refers to yet is not taken for waste, or was
-- last replaced by another; and since when it is being removed, which whoever puts it again waits
-- for.
CREATE TABLE blob (
    digest TEXT COLLATE "C" PRIMARY KEY,
    put_at BIGINT NOT NULL,
    going_since BIGINT
);
CREATE INDEX verdict_report ON verdict (report) WHERE report IS NOT NULL;
