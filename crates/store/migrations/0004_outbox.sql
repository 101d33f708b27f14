-- The outbox can be delivered: in order for each key, once for each deduplication key that waits,
-- under leases. `next_at` is when a row is to be looked at again: when it is due while it waits,
-- when its lease ends while it is leased.

ALTER TABLE outbox ADD COLUMN at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN order_key TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN dedup_key TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN lease_owner TEXT;
ALTER TABLE outbox ADD COLUMN settled_at BIGINT;
-- What waited before had no keys: each is an effect of its own, and all of a sink are in one order.
UPDATE outbox SET at = next_at, dedup_key = 'row-' || id;

DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (sink, next_at, id) WHERE state IN ('waiting', 'leased');
CREATE INDEX outbox_open ON outbox (sink, order_key, id) WHERE state IN ('waiting', 'leased', 'dead');
CREATE UNIQUE INDEX outbox_waiting ON outbox (sink, dedup_key) WHERE state = 'waiting';
CREATE INDEX outbox_settled ON outbox (settled_at) WHERE state IN ('done', 'skipped');
