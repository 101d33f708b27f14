-- Who users are elsewhere.

CREATE TABLE identities (
    id BLOB NOT NULL,
    added_pos BIGINT NOT NULL,
    removed_pos BIGINT,
    user_id BLOB NOT NULL,
    connector TEXT NOT NULL,
    external_id TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (id, added_pos)
);
CREATE UNIQUE INDEX identities_current ON identities (id) WHERE removed_pos IS NULL;
CREATE UNIQUE INDEX identities_key ON identities (connector, external_id) WHERE removed_pos IS NULL;
