-- What is made once and then kept, so that restarts and replicas agree on it: the key that signs
-- what browsers hold.

CREATE TABLE secrets (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
);
