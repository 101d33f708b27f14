-- What people want to be told; each row has the id of whose it is.
CREATE TABLE preferences (
    id BLOB NOT NULL,
    added_pos BIGINT NOT NULL,
    removed_pos BIGINT,
    body TEXT NOT NULL,
    PRIMARY KEY (id, added_pos)
);
CREATE UNIQUE INDEX preferences_current ON preferences (id) WHERE removed_pos IS NULL;
CREATE INDEX preferences_added ON preferences (added_pos);
CREATE INDEX preferences_removed ON preferences (removed_pos) WHERE removed_pos IS NOT NULL;
