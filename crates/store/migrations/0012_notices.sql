-- How far tasks that look at what comes near by time have looked: each stretch of time is looked at once, by
-- whichever replica moves the mark, in the transaction that writes what is due.
CREATE TABLE looked_until (
    task TEXT PRIMARY KEY,
    at BIGINT NOT NULL
);
