//! The engines find what is due by an index, however much was delivered before.

use super::{
    lease::{BEHIND, DUE, NEXT},
    queue,
};
use crate::{Store, db::Value, plans::plan};

/// Lists as [`queue::list`] asks for them.
const IN_STATE: &str =
    "SELECT * FROM outbox WHERE state = $1 AND state <> 'done' ORDER BY id DESC LIMIT 51";
const OF_SINK: &str = "SELECT * FROM outbox WHERE sink = $1 ORDER BY id DESC LIMIT 51";
const OF_BOTH: &str = "SELECT * FROM outbox WHERE sink = $1 AND state = $2 AND state <> 'done' ORDER BY id DESC LIMIT 51";

portcullis_testkit::both_engines! {
    async fn what_is_due_is_found_by_index(db: Database) {
        let store = Store::open(&db.url).await?;
        let mut tx = store.db().write().await?;
        let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) \
            INSERT INTO outbox (position, at, sink, order_key, dedup_key, payload, attempts, next_at, state, settled_at) \
            SELECT i, i, 'log', 'key-' || (i % 500), 'dedup-' || i, '{}', 1, i, \
            CASE WHEN i % 200 = 0 THEN 'waiting' WHEN i % 1000 = 1 THEN 'dead' ELSE 'done' END, i FROM n";
        tx.script(many.into()).await?;
        tx.script("ANALYZE outbox".into()).await?;
        let now = Value::from(30_000);
        for (what, sql, values, indexes) in [
            ("due", DUE, vec!["log".into(), now.clone(), 100.into()], &["outbox_due", "outbox_open"][..]),
            ("next", NEXT, vec!["log".into()], &["outbox_due", "outbox_open"][..]),
            ("behind", BEHIND, vec![400.into(), 100.into()], &["outbox_open"][..]),
            ("trouble", queue::TROUBLE, vec!["log".into(), now.clone(), now.clone()], &["outbox_trouble"][..]),
            ("sinks", queue::SINKS, vec![], &["outbox_of_sink"][..]),
            ("counts", queue::COUNTS, vec![], &["outbox_undone"][..]),
            ("in a state", IN_STATE, vec!["skipped".into()], &["outbox_in_state"][..]),
            ("of a sink", OF_SINK, vec!["none".into()], &["outbox_of_sink"][..]),
            ("of a sink in a state", OF_BOTH, vec!["log".into(), "dead".into()], &["outbox_undone"][..]),
            ("prune", queue::PRUNE, vec![(-1).into()], &["outbox_settled"][..]),
        ] {
            let plan = plan(&mut tx, sql, values).await;
            for index in indexes {
                assert!(plan.contains(index), "{what} on {}:\n{plan}", db.name);
            }
            // What is not done is counted one by one: that is what the index is of.
            let plan = plan.replace("SCAN outbox USING COVERING INDEX outbox_undone", "counts what is not done");
            assert!(!plan.contains("Seq Scan") && !plan.contains("SCAN o"), "{what} on {}:\n{plan}", db.name);
        }
        tx.rollback().await?;
    }
}
