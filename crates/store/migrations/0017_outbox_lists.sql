-- Lists and counts of deliveries, without what was delivered: of that there are a thousand times as many.
CREATE INDEX outbox_of_sink ON outbox (sink, id);
CREATE INDEX outbox_undone ON outbox (sink, state, id) WHERE state <> 'done';
CREATE INDEX outbox_in_state ON outbox (state, id) WHERE state <> 'done';

-- What was done by hand is looked for by what it was.
CREATE INDEX touches_of_kind ON touches (kind, id);
