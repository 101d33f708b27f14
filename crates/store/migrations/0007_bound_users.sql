-- Whom a login in the configuration meant when it was first seen there: a login that comes to
-- somebody else later brings them nobody's token and nobody's powers.

CREATE TABLE bound_users (
    holder TEXT NOT NULL,
    login_key TEXT NOT NULL,
    user_id BLOB NOT NULL,
    PRIMARY KEY (holder, login_key)
);
