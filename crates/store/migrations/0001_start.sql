-- Facts, their versions over the log, the log itself and what hangs on it.
--
-- One text for both engines: a BLOB is a BYTEA on PostgreSQL, SERIAL_KEY is each engine's own
-- counting key. Times are microseconds since 1970. Of every record each version is kept, from the
-- log position that added it until the one that removed it; `removed_pos` is null for the current.

CREATE TABLE users (
    id BLOB NOT NULL,
    added_pos BIGINT NOT NULL,
    removed_pos BIGINT,
    login_key TEXT NOT NULL,
    email_key TEXT,
    name_key TEXT NOT NULL,
    label TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (id, added_pos)
);
CREATE UNIQUE INDEX users_current ON users (id) WHERE removed_pos IS NULL;
CREATE UNIQUE INDEX users_login ON users (login_key) WHERE removed_pos IS NULL;
CREATE UNIQUE INDEX users_email ON users (email_key) WHERE removed_pos IS NULL;

CREATE TABLE groups (
    id BLOB NOT NULL,
    added_pos BIGINT NOT NULL,
    removed_pos BIGINT,
    name_key TEXT NOT NULL,
    label TEXT NOT NULL,
    kind TEXT NOT NULL,
    app_id BLOB,
    body TEXT NOT NULL,
    PRIMARY KEY (id, added_pos)
);
CREATE UNIQUE INDEX groups_current ON groups (id) WHERE removed_pos IS NULL;
CREATE UNIQUE INDEX groups_name ON groups (name_key) WHERE removed_pos IS NULL;

CREATE TABLE apps (
    id BLOB NOT NULL,
    added_pos BIGINT NOT NULL,
    removed_pos BIGINT,
    name_key TEXT NOT NULL,
    label TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (id, added_pos)
);
CREATE UNIQUE INDEX apps_current ON apps (id) WHERE removed_pos IS NULL;
CREATE UNIQUE INDEX apps_name ON apps (name_key) WHERE removed_pos IS NULL;

CREATE TABLE tags (
    id BLOB NOT NULL,
    added_pos BIGINT NOT NULL,
    removed_pos BIGINT,
    name_key TEXT NOT NULL,
    label TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (id, added_pos)
);
CREATE UNIQUE INDEX tags_current ON tags (id) WHERE removed_pos IS NULL;
CREATE UNIQUE INDEX tags_name ON tags (name_key) WHERE removed_pos IS NULL;

-- The one family with columns for everything and no body: there are a million of these to load.
CREATE TABLE memberships (
    id BLOB NOT NULL,
    added_pos BIGINT NOT NULL,
    removed_pos BIGINT,
    user_id BLOB NOT NULL,
    group_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT,
    reason TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    request_id BLOB,
    PRIMARY KEY (id, added_pos)
);
CREATE UNIQUE INDEX memberships_current ON memberships (id) WHERE removed_pos IS NULL;
CREATE UNIQUE INDEX memberships_live ON memberships (user_id, group_id, kind) WHERE removed_pos IS NULL;
CREATE INDEX memberships_of_user ON memberships (user_id, added_pos);
CREATE INDEX memberships_of_group ON memberships (group_id, added_pos);

CREATE TABLE inclusions (
    id BLOB NOT NULL,
    added_pos BIGINT NOT NULL,
    removed_pos BIGINT,
    child_id BLOB NOT NULL,
    target_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT,
    body TEXT NOT NULL,
    PRIMARY KEY (id, added_pos)
);
CREATE UNIQUE INDEX inclusions_current ON inclusions (id) WHERE removed_pos IS NULL;
CREATE UNIQUE INDEX inclusions_live ON inclusions (child_id, target_id, kind) WHERE removed_pos IS NULL;
CREATE INDEX inclusions_of_child ON inclusions (child_id, added_pos);
CREATE INDEX inclusions_of_target ON inclusions (target_id, added_pos);

CREATE TABLE entitlements (
    id BLOB NOT NULL,
    added_pos BIGINT NOT NULL,
    removed_pos BIGINT,
    group_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    grant_key TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT,
    body TEXT NOT NULL,
    PRIMARY KEY (id, added_pos)
);
CREATE UNIQUE INDEX entitlements_current ON entitlements (id) WHERE removed_pos IS NULL;
CREATE UNIQUE INDEX entitlements_live ON entitlements (group_id, kind, grant_key) WHERE removed_pos IS NULL;

CREATE TABLE requests (
    id BLOB NOT NULL,
    added_pos BIGINT NOT NULL,
    removed_pos BIGINT,
    requester_id BLOB NOT NULL,
    group_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    decider TEXT,
    reason_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (id, added_pos)
);
CREATE UNIQUE INDEX requests_current ON requests (id) WHERE removed_pos IS NULL;
CREATE UNIQUE INDEX requests_pending ON requests (requester_id, group_id, kind)
    WHERE removed_pos IS NULL AND status = 'pending';
CREATE INDEX requests_newest ON requests (created_at, id) WHERE removed_pos IS NULL;
CREATE INDEX requests_of_group ON requests (group_id, created_at, id) WHERE removed_pos IS NULL;
CREATE INDEX requests_of_requester ON requests (requester_id, created_at, id) WHERE removed_pos IS NULL;

CREATE TABLE resources (
    id BLOB NOT NULL,
    added_pos BIGINT NOT NULL,
    removed_pos BIGINT,
    resource_type TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (id, added_pos)
);
CREATE UNIQUE INDEX resources_current ON resources (id) WHERE removed_pos IS NULL;
CREATE UNIQUE INDEX resources_key ON resources (resource_type, resource_id) WHERE removed_pos IS NULL;

CREATE TABLE log (
    position BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    actor_login TEXT,
    actor_key TEXT NOT NULL,
    operation TEXT NOT NULL,
    undoes BIGINT,
    body TEXT NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX log_at ON log (at);
CREATE INDEX log_actor ON log (actor, position);
CREATE INDEX log_undoes ON log (undoes) WHERE undoes IS NOT NULL;

-- What an entry is about, in order of mention, under the names of that time.
CREATE TABLE log_subjects (
    position BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    kind TEXT NOT NULL,
    id BLOB NOT NULL,
    label TEXT NOT NULL,
    label_key TEXT NOT NULL,
    PRIMARY KEY (position, ordinal)
);
CREATE INDEX log_subjects_of ON log_subjects (id, position);

-- One row: where the log ends. Its lock is the one writer's place.
CREATE TABLE log_head (
    one BIGINT NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL,
    at BIGINT NOT NULL,
    hash BLOB NOT NULL
);

CREATE TABLE idempotency (
    actor TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    position BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

CREATE TABLE outbox (
    id SERIAL_KEY,
    position BIGINT NOT NULL,
    sink TEXT NOT NULL,
    payload TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    receipt TEXT
);
CREATE INDEX outbox_due ON outbox (next_at, id) WHERE state = 'waiting';
CREATE INDEX outbox_of ON outbox (position);

-- What is no change but must be on record: decisions, sign-ins, reads.
CREATE TABLE touches (
    id SERIAL_KEY,
    at BIGINT NOT NULL,
    actor TEXT,
    kind TEXT NOT NULL,
    subject BLOB,
    body TEXT NOT NULL
);
CREATE INDEX touches_at ON touches (at, id);
CREATE INDEX touches_of ON touches (subject, at, id) WHERE subject IS NOT NULL;
