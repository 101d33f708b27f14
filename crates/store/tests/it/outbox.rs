//! The outbox: in order for each key, once for each deduplication key, under leases.

use std::time::Duration;

use portcullis_model::{ChangeSet, Timestamp, World};
use portcullis_store::{
    Due, Effect, EffectState, LeaseTerms, Leased, Live, OutboxFilter, Settlement, Store,
};

use crate::support::{
    Counter, Database, Sink, at, both, commit, company, context, effect, group, later,
};

/// One effect for each commit: the group's name is `order:dedup` or `order:dedup:any`.
fn named(change: &ChangeSet, _: &World) -> Vec<Effect> {
    let groups = change.changes.iter().filter_map(|change| match change {
        portcullis_model::Change::Group(edit) => edit.after.as_deref(),
        _ => None,
    });
    let effects = groups.map(|group| {
        let mut parts = group.name.as_str().split(':');
        effect(parts.next().unwrap(), parts.next().unwrap())
    });
    effects.collect()
}

async fn live(database: &Database) -> Live {
    database.live_with(&[Sink("test", named)]).await
}

/// A context whose ids nobody has had yet.
fn fresh(live: &Live) -> portcullis_model::Context {
    let mut c = context();
    c.ids = std::sync::Arc::new(Counter::from(live.world().position().0 * 1000 + 1));
    c
}

async fn put(live: &Live, names: &[&str]) {
    let c = fresh(live);
    for name in names {
        commit(live, &c, company(&[], &[&group(&c, name)]))
            .await
            .unwrap();
    }
}

fn terms(owner: &str, until: Timestamp) -> LeaseTerms {
    LeaseTerms {
        owner: owner.into(),
        until,
        most: 100,
        together: 1,
    }
}

async fn claim(store: &Store, owner: &str, seconds: i64) -> Vec<Leased> {
    let terms = terms(owner, at(seconds + 60));
    let claimed = store.outbox().claim("test", at(seconds), &terms).await;
    claimed.unwrap()
}

async fn settle(store: &Store, lease: &Leased, settlement: Settlement, seconds: i64) -> u64 {
    let settled = vec![(lease.clone(), settlement)];
    store.outbox().settle(settled, at(seconds)).await.unwrap()
}

fn keys(leased: &[Leased]) -> Vec<&str> {
    leased.iter().map(|l| l.effect.dedup_key.as_str()).collect()
}

fn done() -> Settlement {
    Settlement::Done {
        receipt: "ok".into(),
    }
}

fn again(seconds: i64) -> Settlement {
    Settlement::Again {
        at: at(seconds),
        why: "busy".into(),
    }
}

fn dead() -> Settlement {
    Settlement::Dead { why: "no".into() }
}

both! {
    async fn of_one_key_only_the_oldest_open_effect_is_taken(database) {
        let live = live(database).await;
        put(&live, &["a:1", "a:2", "b:3", "a:4"]).await;
        let store = live.store();
        let first = claim(store, "x", 0).await;
        assert_eq!(keys(&first), ["1", "3"]);
        assert!(claim(store, "x", 1).await.is_empty());
        // Backing off holds the key too.
        assert_eq!(settle(store, &first[0], again(30), 1).await, 1);
        assert_eq!(store.outbox().next_due("test").await.unwrap(), Some(at(30)));
        assert!(claim(store, "x", 29).await.is_empty());
        let second = claim(store, "x", 30).await;
        assert_eq!((keys(&second), second[0].attempt), (vec!["1"], 2));
        settle(store, &second[0], done(), 31).await;
        assert_eq!(keys(&claim(store, "x", 31).await), ["2"]);
    }
}

both! {
    async fn a_dead_effect_holds_its_key_until_an_operator_decides(database) {
        let live = live(database).await;
        put(&live, &["a:1", "a:2", "a:3"]).await;
        let store = live.store();
        let leased = claim(store, "x", 0).await;
        settle(store, &leased[0], dead(), 1).await;
        assert!(claim(store, "x", 1000).await.is_empty());
        assert_eq!(store.outbox().next_due("test").await.unwrap(), None);
        let id = leased[0].id;
        let row = store.outbox().retry(id, at(1000)).await.unwrap().unwrap();
        assert_eq!((row.state, row.attempts), (EffectState::Waiting, 0));
        assert_eq!(store.outbox().retry(id, at(1000)).await.unwrap(), None);
        let leased = claim(store, "x", 1000).await;
        assert_eq!((keys(&leased), leased[0].attempt), (vec!["1"], 1));
        settle(store, &leased[0], dead(), 1001).await;
        let row = store.outbox().skip(id, "wrong address", at(1002)).await.unwrap().unwrap();
        assert_eq!((row.state, row.receipt.as_deref()), (EffectState::Skipped, Some("wrong address")));
        assert_eq!(store.outbox().skip(id, "", at(1002)).await.unwrap(), None);
        assert_eq!(keys(&claim(store, "x", 1003).await), ["2"]);
    }
}

both! {
    async fn a_lease_that_ran_out_is_taken_by_another_and_its_holder_decides_nothing(database) {
        let live = live(database).await;
        put(&live, &["a:1", "a:2"]).await;
        let store = live.store();
        let slow = claim(store, "slow", 0).await;
        assert!(claim(store, "quick", 59).await.is_empty());
        let quick = claim(store, "quick", 60).await;
        assert_eq!((keys(&quick), quick[0].attempt), (vec!["1"], 2));
        assert_eq!(settle(store, &slow[0], done(), 61).await, 0);
        assert!(claim(store, "slow", 61).await.is_empty());
        assert_eq!(settle(store, &quick[0], done(), 62).await, 1);
        // The same process may be the later holder: the attempt tells them apart.
        let old = claim(store, "slow", 63).await;
        let new = claim(store, "slow", 200).await;
        assert_eq!((keys(&old), keys(&new)), (vec!["2"], vec!["2"]));
        assert_eq!(settle(store, &old[0], dead(), 201).await, 0);
        assert_eq!(settle(store, &new[0], done(), 201).await, 1);
    }
}

both! {
    async fn while_one_waits_the_same_is_not_written_again(database) {
        let live = live(database).await;
        let store = live.store();
        put(&live, &["a:same:1", "a:same:2", "b:other"]).await;
        assert_eq!(database.number("SELECT COUNT(*) FROM outbox").await, 2);
        let leased = claim(store, "x", 0).await;
        // It no longer waits: what is delivered may not know of this commit.
        put(&live, &["a:same:3"]).await;
        assert_eq!(database.number("SELECT COUNT(*) FROM outbox").await, 3);
        // It waits again, and knows: one of the two is enough.
        settle(store, &leased[0], again(10), 1).await;
        let leased = claim(store, "x", 10).await;
        assert_eq!(keys(&leased), ["same"]);
        settle(store, &leased[0], done(), 11).await;
        assert!(claim(store, "x", 12).await.is_empty());
        let merged = "SELECT COUNT(*) FROM outbox WHERE receipt LIKE 'delivered as %'";
        assert_eq!(database.number(merged).await, 1);
    }
}

both! {
    async fn two_processes_share_what_is_due(database) {
        let (here, there) = (live(database).await, live(database).await);
        let names: Vec<_> = (0..60).map(|n| format!("key{}:{n}", n % 20)).collect();
        put(&here, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let few = |owner: &str| LeaseTerms { most: 3, ..terms(owner, at(60)) };
        let take = async |live: &Live, owner: &str| {
            let (store, mut all) = (live.store(), Vec::new());
            loop {
                let leased = store.outbox().claim("test", at(1), &few(owner)).await.unwrap();
                if leased.is_empty() && database.number("SELECT COUNT(*) FROM outbox WHERE state <> 'done'").await == 0 {
                    return all;
                }
                let settled = leased.iter().map(|lease| (lease.clone(), done())).collect();
                let held = store.outbox().settle(settled, at(2)).await.unwrap();
                assert_eq!(held, leased.len() as u64);
                all.extend(leased.into_iter().map(|lease| lease.effect.dedup_key.parse::<u32>().unwrap()));
            }
        };
        let (mut one, two) = tokio::join!(take(&here, "here"), take(&there, "there"));
        one.extend(two);
        one.sort_unstable();
        assert_eq!(one, (0..60).collect::<Vec<_>>());
    }
}

both! {
    async fn effects_are_listed_counted_and_forgotten_when_their_receipts_are_old(database) {
        let live = live(database).await;
        put(&live, &["a:1", "b:2", "c:3", "d:4"]).await;
        let store = live.store();
        let leased = claim(store, "x", 0).await;
        settle(store, &leased[0], done(), 1).await;
        settle(store, &leased[1], dead(), 1).await;
        settle(store, &leased[2], again(5), 1).await;
        let filter = OutboxFilter { state: Some(EffectState::Dead), ..OutboxFilter::default() };
        let listed = store.outbox().list(&filter).await.unwrap().items;
        assert_eq!(listed.len(), 1);
        assert_eq!((listed[0].dedup_key.as_str(), listed[0].receipt.as_deref()), ("2", Some("no")));
        let page = OutboxFilter { sink: Some("test".into()), limit: 3, ..OutboxFilter::default() };
        let first = store.outbox().list(&page).await.unwrap();
        let rest = OutboxFilter { before: first.next, ..page };
        let rest = store.outbox().list(&rest).await.unwrap();
        assert_eq!((first.items.len(), rest.items.len(), rest.next), (3, 1, None));
        let counts: Vec<_> = store.outbox().counts().await.unwrap().into_iter()
            .map(|count| (count.state, count.count))
            .collect();
        let one = |state| (state, 1);
        assert_eq!(store.outbox().sinks().await.unwrap(), ["test"]);
        assert_eq!(counts, [EffectState::Dead, EffectState::Leased, EffectState::Waiting].map(one));
        // Commits of later days take old receipts with them, and nothing that is still open.
        let c = later(&fresh(&live), 40 * 86_400);
        commit(&live, &c, company(&[], &[&group(&c, "e:5")])).await.unwrap();
        assert_eq!(store.outbox().get(leased[0].id).await.unwrap(), None);
        assert_eq!(database.number("SELECT COUNT(*) FROM outbox").await, 4);
    }
}

both! {
    async fn rows_of_the_first_version_are_carried_over(database) {
        drop(database.store().await);
        // Back to the tables before, with what waited there.
        database.sql(
            "DELETE FROM schema_version WHERE version >= 4; DROP TABLE outbox; DROP TABLE secrets; \
             DROP TABLE sources_said_from; DROP TABLE bound_users; DROP TABLE looked_until; DROP TABLE turns; DROP TABLE preferences; DROP TABLE providers; \
             DROP TABLE credentials; DROP TABLE credential_uses; DROP TABLE used_tokens; DROP INDEX identities_ever; DROP INDEX touches_of_kind; \
             DROP TABLE log_names; DROP TABLE log_actors; DROP TABLE log_edits",
        ).await;
        let key = match database.engine {
            portcullis_store::Engine::Sqlite => "INTEGER PRIMARY KEY",
            portcullis_store::Engine::Postgres => "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        };
        database.sql(&format!(
            "CREATE TABLE outbox (id {key}, position BIGINT NOT NULL, sink TEXT NOT NULL, \
             payload TEXT NOT NULL, attempts BIGINT NOT NULL, next_at BIGINT NOT NULL, \
             state TEXT NOT NULL, receipt TEXT); \
             CREATE INDEX outbox_due ON outbox (next_at, id) WHERE state = 'waiting'; \
             INSERT INTO outbox (position, sink, payload, attempts, next_at, state) VALUES \
             (7, 'test', '{{\"n\":1}}', 0, 1000, 'waiting'), (8, 'test', '{{\"n\":2}}', 0, 2000, 'waiting')",
        )).await;
        let store = database.store().await;
        let first = claim(&store, "x", 0).await;
        assert_eq!(first.len(), 1);
        assert_eq!((first[0].position.0, &first[0].effect.payload), (7, &serde_json::json!({"n": 1})));
        settle(&store, &first[0], done(), 1).await;
        assert_eq!(claim(&store, "x", 2).await[0].position.0, 8);
    }
}

/// Effects that are due a minute after their commit.
fn in_a_minute(change: &ChangeSet, world: &World) -> Vec<Effect> {
    let mut effects = named(change, world);
    for effect in &mut effects {
        effect.delay = Duration::from_secs(60);
    }
    effects
}

both! {
    async fn what_waits_behind_comes_with_the_oldest_where_that_is_wanted(database) {
        let live = database.live_with(&[Sink("test", in_a_minute)]).await;
        put(&live, &["a:1", "b:2", "a:3", "a:4", "a:5"]).await;
        let store = live.store();
        let together = LeaseTerms { together: 3, ..terms("x", at(200)) };
        let claim = async |seconds| store.outbox().claim("test", at(seconds), &together).await.unwrap();
        assert!(claim(59).await.is_empty());
        assert_eq!(store.outbox().next_due("test").await.unwrap(), Some(at(60)));
        let first = claim(60).await;
        assert_eq!(keys(&first), ["1", "2", "3", "4"]);
        assert!(claim(61).await.is_empty());
        // What came meanwhile waits with what failed, and goes with it.
        for lease in &first {
            let settlement = if lease.effect.dedup_key == "3" { dead() } else { again(90) };
            settle(store, lease, settlement, 62).await;
        }
        assert_eq!(keys(&claim(90).await), ["1", "2"], "what is dead holds those after it");
    }
}

both! {
    async fn what_time_makes_due_is_written_once_whoever_looks(database) {
        let (here, there) = (live(database).await, live(database).await);
        let (outbox, others) = (here.store().outbox(), there.store().outbox());
        assert_eq!(outbox.looked_until("ends").await.unwrap(), None);
        let due = |from: Option<i64>, until, key: &str| Due {
            from: from.map(at),
            until: at(until),
            position: here.world().position(),
            effects: vec![("test".to_owned(), effect("a", key))],
        };
        let (one, two) = tokio::join!(
            outbox.write_due("ends", due(None, 10, "x")),
            others.write_due("ends", due(None, 10, "x")),
        );
        assert_ne!(one.unwrap(), two.unwrap());
        assert_eq!(keys(&claim(here.store(), "x", 20).await), ["x"]);
        // Delivered or not, the same stretch is not looked at again.
        assert!(!others.write_due("ends", due(Some(5), 20, "x")).await.unwrap());
        assert_eq!(outbox.looked_until("ends").await.unwrap(), Some(at(10)));
        assert!(outbox.write_due("ends", due(Some(10), 20, "y")).await.unwrap());
        assert!(outbox.write_due("other", due(None, 5, "z")).await.unwrap());
        assert_eq!(database.number("SELECT COUNT(*) FROM outbox").await, 3);
    }
}
