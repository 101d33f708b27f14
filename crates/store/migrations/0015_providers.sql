-- Identity providers that were set up in the portal. What they are given as secrets is in `secrets`.
CREATE TABLE providers (
    id BLOB NOT NULL,
    added_pos BIGINT NOT NULL,
    removed_pos BIGINT,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (id, added_pos)
);
CREATE UNIQUE INDEX providers_current ON providers (id) WHERE removed_pos IS NULL;
CREATE UNIQUE INDEX providers_key ON providers (name) WHERE removed_pos IS NULL;
CREATE INDEX providers_added ON providers (added_pos);
CREATE INDEX providers_removed ON providers (removed_pos) WHERE removed_pos IS NOT NULL;
