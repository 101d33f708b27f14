//! Committing: batches, refusals, bugs, keys, effects.

use std::time::Duration;

use futures::future::join_all;
use portcullis_model::{
    Actor, ChangeSet, ConnectorId, Edit, Expiry, Membership, MembershipKind, OperationName,
    Position, Reason, Refusal, Sourced as _, Validity,
};
use portcullis_store::{
    AuditEvent, AuditEventFilter, CommitError, Effect, Idempotency, Live, Proposal, Replay,
};

use crate::support::{
    Sink, at, both, commit, company, context, effect, facts, group, later, membership, user,
};

both! {
    async fn what_is_committed_is_loaded_again(database) {
        let live = database.live().await;
        let context = context();
        let (ann, staff) = (user(&context, "ann"), group(&context, "Staff"));
        let one = commit(&live, &context, company(&[&ann], &[&staff])).await.unwrap();
        assert_eq!(one.position, Position(1));
        let fact = membership(&context, ann.id, staff.id, MembershipKind::Member);
        let change = ChangeSet::new(OperationName::GroupAddPeople).with(Edit::create(fact.clone()));
        let two = commit(&live, &later(&context, 5), change.clone()).await.unwrap();
        assert_eq!((two.position, two.at), (Position(2), at(5)));
        assert_eq!((&*two.change, two.replayed), (&change, Replay::Fresh));
        assert_eq!(two.world.position(), Position(2));
        let world = database.store().await.load().await.unwrap();
        assert_eq!(world.direct(ann.id, staff.id, MembershipKind::Member), Some(&fact));
        assert_eq!(facts(&world), facts(&live.world()));
        assert_eq!(world.position(), live.world().position());
    }
}

both! {
    async fn what_is_said_again_in_another_persons_name_is_nothing_new(database) {
        let live = database.live().await;
        let context = context();
        let (ann, bob, staff) = (user(&context, "ann"), user(&context, "bob"), group(&context, "Staff"));
        commit(&live, &context, company(&[&ann, &bob], &[&staff])).await.unwrap();
        let fact = membership(&context, ann.id, staff.id, MembershipKind::Member);
        let grant = ChangeSet::new(OperationName::GroupAddPeople).with(Edit::create(fact.clone()));
        commit(&live, &context, grant).await.unwrap();
        let change = |is: &Membership| {
            ChangeSet::new(OperationName::GroupAddPeople).with(Edit::update(fact.clone(), is.clone()))
        };
        let [same, by_another, ends, because, by_a_source] = [(); 5].map(|()| fact.clone());
        let by_another = Membership { granted_by: Actor::User(bob.id), ..by_another };
        for is in [&same, &by_another] {
            let told = commit(&live, &later(&context, 5), change(is)).await.unwrap();
            assert_eq!((told.position, told.replayed), (Position(2), Replay::Unchanged), "{is:?}");
            // The answer tells what is there: that it was granted by whoever did.
            assert!(told.change.edits::<Membership>().all(|edit| edit.after.as_deref() == Some(&fact)));
            assert_eq!(live.world().direct(ann.id, staff.id, MembershipKind::Member), Some(&fact));
        }
        // One of two edits that is news makes the change news.
        let another = membership(&context, bob.id, staff.id, MembershipKind::Member);
        let both = change(&by_another).with(Edit::create(another));
        let news = [
            both,
            change(&Membership { validity: Validity::new(context.now, Expiry::at(at(99))), ..ends }),
            change(&Membership { reason: Reason::parse("for the audit").unwrap(), ..because }),
            // What a source grants it also ends, so whose it is matters.
            change(&Membership { granted_by: Actor::Connector(ConnectorId::IMPORT), ..by_a_source }),
        ];
        for change in news {
            assert!(!change.only_repeats(), "{change:?}");
        }
        // An undo is asked for because something is to be different: it is written or refused.
        let mut undo = change(&by_another);
        undo.undoes = Some(Position(2));
        assert!(!undo.only_repeats());
        assert!(ChangeSet::new(OperationName::GroupAddPeople).only_repeats(), "nothing at all");
        let renamed = Edit::update(staff.clone(), staff.clone());
        assert!(!ChangeSet::new(OperationName::GroupEdit).with(renamed).only_repeats(), "of facts only");
        assert_eq!(live.store().load().await.unwrap().position(), Position(2));
    }
}

both! {
    async fn a_refused_neighbour_does_not_fail_the_batch(database) {
        let live = database.live().await;
        let context = context();
        let names = ["Staff", "staff", "Sales", "Legal", "LEGAL", "Ops"];
        let groups = names.map(|name| group(&context, name));
        let all = groups.iter().map(|group| commit(&live, &context, company(&[], &[group])));
        let answers = join_all(all).await;
        let taken = |answer: &Result<_, CommitError>| match answer {
            Ok(_) => false,
            Err(CommitError::Refused(refusal)) => refusal.code() == "name_taken",
            Err(error) => panic!("{error}"),
        };
        let refused: Vec<_> = answers.iter().map(taken).collect();
        assert_eq!(refused, [false, true, false, false, true, false]);
        assert_eq!(live.world().group_count(), 4);
        assert_eq!(live.world().position(), Position(4));
        let world = live.store().load().await.unwrap();
        assert_eq!(facts(&world), facts(&live.world()));
    }
}

both! {
    async fn a_panic_in_a_builder_is_its_own_callers_loss(database) {
        let live = database.live().await;
        let context = context();
        let group = group(&context, "Staff");
        let bad = Proposal::new(|_, _| panic!("a bug"));
        let (bad, good) = tokio::join!(
            live.commit(context.clone(), bad),
            commit(&live, &context, company(&[], &[&group])),
        );
        assert!(matches!(bad, Err(CommitError::Internal(why)) if why == "a bug"));
        assert_eq!(good.unwrap().position, Position(1));
    }
}

both! {
    async fn an_empty_change_commits_nothing(database) {
        let live = database.live().await;
        let context = context();
        let staff = group(&context, "Staff");
        commit(&live, &context, company(&[], &[&staff])).await.unwrap();
        let nothing = commit(&live, &context, ChangeSet::new(OperationName::GroupEdit)).await.unwrap();
        assert_eq!((nothing.position, nothing.replayed), (Position(1), Replay::Unchanged));
        assert_eq!(database.number("SELECT COUNT(*) FROM log").await, 1);
    }
}

both! {
    async fn each_proposal_is_built_on_the_world_the_one_before_it_left(database) {
        let live = database.live().await;
        let context = context();
        let all = (0..40).map(|_| {
            let build = |world: &portcullis_model::World, context: &portcullis_model::Context| {
                let name = format!("Group {}", world.group_count());
                Ok(company(&[], &[&group(context, &name)]))
            };
            live.commit(context.clone(), Proposal::new(build))
        });
        let mut positions: Vec<_> = join_all(all).await.into_iter()
            .map(|answer| answer.unwrap().position.0)
            .collect();
        positions.sort_unstable();
        assert_eq!(positions, (1..=40).collect::<Vec<_>>());
        assert!(live.world().find_group("Group 39").is_some());
    }
}

both! {
    async fn a_commit_runs_to_its_end_when_the_caller_hangs_up(database) {
        let live = database.live().await;
        let context = context();
        for n in 0..20 {
            let group = group(&context, &format!("Group {n}"));
            let asked = commit(&live, &context, company(&[], &[&group]));
            // Polled once, so handed in, and dropped.
            let _ = tokio::time::timeout(Duration::from_micros(50 * n), asked).await;
        }
        let world = live.at_least(Position(20), Duration::from_secs(20)).await.unwrap();
        assert_eq!(world.group_count(), 20);
        assert_eq!(facts(&live.store().load().await.unwrap()), facts(&world));
    }
}

both! {
    async fn times_in_the_log_never_go_back(database) {
        let live = database.live().await;
        let context = context();
        let (one, two) = (group(&context, "One"), group(&context, "Two"));
        commit(&live, &later(&context, 60), company(&[], &[&one])).await.unwrap();
        let early = commit(&live, &later(&context, 30), company(&[], &[&two])).await.unwrap();
        assert_eq!(early.at, at(60));
    }
}

both! {
    async fn the_same_key_commits_once(database) {
        let live = database.live().await;
        let context = context();
        let key = |request: &[u8]| Some(Idempotency::new("k1", &[request]));
        let send = |live: &Live, name: &str, request: &[u8]| {
            let change = company(&[], &[&group(&context, name)]);
            let (live, context) = (live.clone(), context.clone());
            let proposal = Proposal::of(change).once(key(request));
            async move { live.commit(context, proposal).await }
        };
        // Once in a batch of its own neighbours, and once more later, from another process.
        let (first, same) = tokio::join!(send(&live, "Staff", b"a"), send(&live, "Staff", b"a"));
        let (first, same) = (first.unwrap(), same.unwrap());
        assert_eq!((first.position, first.replayed), (Position(1), Replay::Fresh));
        let other = database.live().await;
        let again = send(&other, "Staff", b"a").await.unwrap();
        for replayed in [same, again] {
            assert_eq!(replayed.replayed, Replay::Replayed);
            assert_eq!((replayed.position, replayed.at), (first.position, first.at));
            assert_eq!(replayed.change, first.change);
        }
        assert!(matches!(send(&live, "Sales", b"b").await, Err(CommitError::KeyReused)));
        let of_another = context.acting_as(Actor::Connector(ConnectorId::IMPORT));
        let kept = group(&context, "Sales").kept_by(Some(ConnectorId::IMPORT));
        let sales = company(&[], &[&kept]);
        let sales = live.commit(of_another, Proposal::of(sales).once(key(b"b"))).await.unwrap();
        assert_eq!(sales.position, Position(2));
    }
}

both! {
    async fn a_key_is_forgotten_after_seven_days(database) {
        let live = database.live().await;
        let context = context();
        for (days, name) in [(0, "One"), (6, "Two"), (8, "Three")] {
            let context = later(&context, days * 86_400);
            let change = company(&[], &[&group(&context, name)]);
            let key = Some(Idempotency::new(name, &[]));
            live.commit(context, Proposal::of(change).once(key)).await.unwrap();
        }
        assert_eq!(database.number("SELECT COUNT(*) FROM idempotency").await, 2);
    }
}

both! {
    async fn effects_are_written_with_the_commit_or_not_at_all(database) {
        let sink = Sink("okta", |change, world| {
            vec![Effect {
                order_key: String::new(),
                dedup_key: world.position().to_string(),
                payload: serde_json::json!({"edits": change.changes.len(), "groups": world.group_count()}),
                delay: Duration::ZERO,
            }]
        });
        let live = database.live_with(&[sink]).await;
        let context = context();
        let change = company(&[], &[&group(&context, "Staff")]);
        live.commit(context.clone(), Proposal::of(change.clone())).await.unwrap();
        let refused = live.commit(context.clone(), Proposal::of(change)).await;
        assert!(matches!(refused, Err(CommitError::Refused(Refusal::Conflict { .. } | Refusal::Rule { .. }))));
        let sql = "SELECT COUNT(*) FROM outbox WHERE state = 'waiting' AND position = 1 \
                   AND sink = 'okta' AND payload = '{\"edits\":1,\"groups\":1}'";
        assert_eq!(database.number(sql).await, 1);
        assert_eq!(database.number("SELECT COUNT(*) FROM outbox").await, 1);
    }
}

both! {
    async fn a_sink_that_panics_takes_no_neighbour_with_it(database) {
        let sink = Sink("shy", |_, world| {
            assert!(world.find_group("Secret").is_none(), "a bug in the sink");
            vec![effect("", world.position().to_string())]
        });
        let live = database.live_with(&[sink]).await;
        let c = context();
        let groups = ["Staff", "Secret", "Sales"].map(|name| company(&[], &[&group(&c, name)]));
        let [one, bad, two] = groups.map(|change| commit(&live, &c, change));
        let (one, bad, two) = tokio::join!(one, bad, two);
        assert!(matches!(bad, Err(CommitError::Internal(why)) if why.contains("a bug in the sink")));
        assert!(one.is_ok() && two.is_ok());
        assert_eq!(database.number("SELECT COUNT(*) FROM outbox").await, 2);
        assert!(live.world().find_group("Secret").is_none());
    }
}

both! {
    async fn audit_events_are_kept_and_listed_newest_first(database) {
        let store = database.store().await;
        let event = |n: i64| AuditEvent {
            at: at(n),
            actor: (n % 2 == 0).then_some(context().actor),
            kind: "session.sign_in".into(),
            subject: None,
            body: serde_json::json!({ "n": n }),
        };
        let all = (0..50).map(|n| store.record(vec![event(n)]));
        assert!(join_all(all).await.into_iter().all(|written| written.is_ok()));
        let mut filter = AuditEventFilter { limit: 20, ..AuditEventFilter::default() };
        let mut seen = Vec::new();
        loop {
            let page = store.audit_events(&filter).await.unwrap();
            seen.extend(page.items);
            filter.before = page.next;
            if filter.before.is_none() {
                break;
            }
        }
        assert_eq!(seen, (0..50).rev().map(event).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_database_in_memory_serves_too() {
    let store = portcullis_store::Store::open("sqlite::memory:")
        .await
        .unwrap();
    let live = Live::start(store).await.unwrap();
    let context = context();
    let staff = group(&context, "Staff");
    commit(&live, &context, company(&[], &[&staff]))
        .await
        .unwrap();
    let world = live.store().load().await.unwrap();
    assert_eq!(facts(&world), facts(&live.world()));
}
