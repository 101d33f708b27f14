-- The edits of an entry that has many, in parts. Its row in `log` holds the rest of its body, with no
-- edits in it. An import makes a million at once: whoever looks at fifty of them reads those.
CREATE TABLE log_edits (
    position BIGINT NOT NULL,
    first_edit BIGINT NOT NULL,
    edits TEXT NOT NULL,
    PRIMARY KEY (position, first_edit)
);
