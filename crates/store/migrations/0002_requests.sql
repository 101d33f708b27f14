-- Requests may ask for anything: what they want has a key, and what it is about, if it exists, an id.

CREATE TABLE requests_of_all_kinds (
    id BLOB NOT NULL,
    added_pos BIGINT NOT NULL,
    removed_pos BIGINT,
    requester_id BLOB NOT NULL,
    wants_key TEXT NOT NULL,
    target_id BLOB,
    status TEXT NOT NULL,
    decider TEXT,
    reason_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (id, added_pos)
);
INSERT INTO requests_of_all_kinds
    SELECT id, added_pos, removed_pos, requester_id,
           'membership:' || UUID_TEXT(group_id) || ':' || kind, group_id,
           status, decider, reason_key, created_at, body
    FROM requests;
DROP TABLE requests;
ALTER TABLE requests_of_all_kinds RENAME TO requests;
CREATE UNIQUE INDEX requests_current ON requests (id) WHERE removed_pos IS NULL;
CREATE UNIQUE INDEX requests_pending ON requests (requester_id, wants_key)
    WHERE removed_pos IS NULL AND status = 'pending';
CREATE INDEX requests_newest ON requests (created_at, id) WHERE removed_pos IS NULL;
CREATE INDEX requests_of_target ON requests (target_id, created_at, id) WHERE removed_pos IS NULL;
CREATE INDEX requests_of_requester ON requests (requester_id, created_at, id) WHERE removed_pos IS NULL;
