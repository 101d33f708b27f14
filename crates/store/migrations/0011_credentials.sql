-- Sessions, tokens and links that sign in. The secrets themselves are nowhere.

CREATE TABLE credentials (
    id BLOB NOT NULL,
    added_pos BIGINT NOT NULL,
    removed_pos BIGINT,
    user_id BLOB NOT NULL,
    digest TEXT NOT NULL,
    until BIGINT,
    body TEXT NOT NULL,
    PRIMARY KEY (id, added_pos)
);
CREATE UNIQUE INDEX credentials_current ON credentials (id) WHERE removed_pos IS NULL;
CREATE UNIQUE INDEX credentials_key ON credentials (digest) WHERE removed_pos IS NULL;

-- When each was last used, from where and by what. Written now and then, beside the log.
CREATE TABLE credential_uses (
    id BLOB NOT NULL PRIMARY KEY,
    used_at BIGINT NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL
);

-- Who had an account elsewhere before: whoever was deleted does not come back by signing in.
CREATE INDEX identities_ever ON identities (connector, external_id);

-- Logout tokens that were used, so that none works twice.
CREATE TABLE used_tokens (
    issuer TEXT NOT NULL,
    token TEXT NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, token)
);

CREATE INDEX credentials_added ON credentials (added_pos);
CREATE INDEX credentials_removed ON credentials (removed_pos) WHERE removed_pos IS NOT NULL;
