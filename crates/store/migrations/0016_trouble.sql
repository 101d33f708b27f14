-- What was not delivered: given up, or tried and to be tried again. Nothing is in it while all goes well.
CREATE INDEX outbox_trouble ON outbox (sink, id) WHERE state = 'dead' OR (state = 'waiting' AND attempts > 0);
