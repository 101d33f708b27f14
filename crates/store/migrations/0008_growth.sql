-- What makes questions about the past cost what they find, not what the log holds.

-- By what names anything and anybody was ever called in the log: each once, however many entries
-- mention it. A text is looked for here, and the entries by their indexes.
CREATE TABLE log_names (
    key TEXT NOT NULL,
    id BLOB NOT NULL,
    PRIMARY KEY (id, key)
);
INSERT INTO log_names SELECT DISTINCT label_key, id FROM log_subjects;
CREATE TABLE log_actors (
    key TEXT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (actor, key)
);
INSERT INTO log_actors SELECT DISTINCT actor_key, actor FROM log;
CREATE INDEX IF NOT EXISTS log_operation ON log (operation, position);
CREATE INDEX IF NOT EXISTS requests_of_status ON requests (status, created_at, id) WHERE removed_pos IS NULL;

-- What began and ended after a position: a past world is the current one without it.
CREATE INDEX IF NOT EXISTS users_added ON users (added_pos);
CREATE INDEX IF NOT EXISTS users_removed ON users (removed_pos) WHERE removed_pos IS NOT NULL;
CREATE INDEX IF NOT EXISTS groups_added ON groups (added_pos);
CREATE INDEX IF NOT EXISTS groups_removed ON groups (removed_pos) WHERE removed_pos IS NOT NULL;
CREATE INDEX IF NOT EXISTS apps_added ON apps (added_pos);
CREATE INDEX IF NOT EXISTS apps_removed ON apps (removed_pos) WHERE removed_pos IS NOT NULL;
CREATE INDEX IF NOT EXISTS tags_added ON tags (added_pos);
CREATE INDEX IF NOT EXISTS tags_removed ON tags (removed_pos) WHERE removed_pos IS NOT NULL;
CREATE INDEX IF NOT EXISTS memberships_added ON memberships (added_pos);
CREATE INDEX IF NOT EXISTS memberships_removed ON memberships (removed_pos) WHERE removed_pos IS NOT NULL;
CREATE INDEX IF NOT EXISTS inclusions_added ON inclusions (added_pos);
CREATE INDEX IF NOT EXISTS inclusions_removed ON inclusions (removed_pos) WHERE removed_pos IS NOT NULL;
CREATE INDEX IF NOT EXISTS entitlements_added ON entitlements (added_pos);
CREATE INDEX IF NOT EXISTS entitlements_removed ON entitlements (removed_pos) WHERE removed_pos IS NOT NULL;
CREATE INDEX IF NOT EXISTS requests_added ON requests (added_pos);
CREATE INDEX IF NOT EXISTS requests_removed ON requests (removed_pos) WHERE removed_pos IS NOT NULL;
CREATE INDEX IF NOT EXISTS resources_added ON resources (added_pos);
CREATE INDEX IF NOT EXISTS resources_removed ON resources (removed_pos) WHERE removed_pos IS NOT NULL;
CREATE INDEX IF NOT EXISTS identities_added ON identities (added_pos);
CREATE INDEX IF NOT EXISTS identities_removed ON identities (removed_pos) WHERE removed_pos IS NOT NULL;
