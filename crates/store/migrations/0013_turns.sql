-- Whose turn a task is that one replica at a time does, and until when nobody else takes it.
CREATE TABLE turns (
    task TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL
);
