-- Names carry when their image was first seen, so that the list of a registry, of a repository
-- or of a search is walked along an index.
ALTER TABLE image_name ADD COLUMN seen BIGINT NOT NULL DEFAULT 0;
UPDATE image_name SET seen = (SELECT i.first_seen FROM image i WHERE i.digest = image_name.digest);
CREATE INDEX image_name_seen ON image_name (seen, digest, repository, registry_id);
DROP INDEX image_name_repository;
CREATE INDEX image_name_repository ON image_name (repository, seen, digest);
CREATE INDEX image_name_registry ON image_name (registry_id, seen, digest);
