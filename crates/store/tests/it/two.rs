//! Two processes on one database: one wins, both see it.

use std::time::{Duration, Instant};

use portcullis_model::{
    ChangeSet, Context, Edit, Expiry, Granted, MembershipKind, OperationName, Position, Reason,
    Request, State, Wants, World, request::Resolution,
};
use portcullis_store::{CommitError, Live, Proposal, StoreError};

use crate::support::{
    Database, both, commit, company, context, facts, group, later, membership, user,
};

const SOON: Duration = Duration::from_secs(10);

/// Asks until the follower has not confirmed the log for longer than two looks.
async fn no_longer_confirmed(live: &Live) -> bool {
    for _ in 0..100 {
        let bound = Duration::from_millis(2500);
        if live.confirmed().older_than(bound, Instant::now()).is_some() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}

#[tokio::test]
async fn a_file_that_was_replaced_or_removed_is_neither_trusted_nor_written() {
    for replaced in [true, false] {
        let database = Database::sqlite();
        let live = database.live().await;
        let c = context();
        let change = company(&[&user(&c, "ann")], &[]);
        commit(&live, &c, change).await.unwrap();
        let file = database.dir.path().join("db");
        live.store()
            .backup(&file.with_extension("copy"))
            .await
            .unwrap();
        if replaced {
            std::fs::rename(file.with_extension("copy"), &file).unwrap();
        } else {
            std::fs::remove_file(&file).unwrap();
        }
        let refused = commit(&live, &c, company(&[&user(&c, "ben")], &[])).await;
        let Err(CommitError::Unavailable(StoreError::Replaced { path })) = refused else {
            panic!("{refused:?}");
        };
        assert!(path.ends_with("db"), "{path}");
        assert!(no_longer_confirmed(&live).await);
    }
}

both! {
    async fn of_two_approvals_at_once_one_wins(database) {
        let (here, there) = (database.live().await, database.live().await);
        let c = context();
        let (ann, staff) = (user(&c, "ann"), group(&c, "Staff"));
        commit(&here, &c, company(&[&ann], &[&staff])).await.unwrap();
        for round in 0..10 {
            let request = Request {
                id: c.id(),
                requester: ann.id,
                wants: Wants::Membership { group: staff.id, kind: MembershipKind::Member },
                reason: Reason::default(),
                until: Expiry::NEVER,
                created_at: c.now,
                state: State::Pending,
            };
            let file = ChangeSet::new(OperationName::RequestCreate).with(Edit::create(request.clone()));
            let filed = commit(&here, &c, file).await.unwrap();
            there.at_least(filed.position, SOON).await.unwrap();
            // Each builds on the world it has, as from a page opened before.
            let (one, two) = (approval(&c, &request), approval(&c, &request));
            let (one, two) = tokio::join!(commit(&here, &c, one), commit(&there, &c, two));
            let wins = [one.is_ok(), two.is_ok()];
            assert!(wins == [true, false] || wins == [false, true], "{wins:?}");
            for answer in [one, two] {
                if let Err(CommitError::Refused(refusal)) = &answer {
                    assert_eq!(refusal.code(), "already_resolved");
                }
            }
            let position = Position(1 + round * 3 + 2);
            for live in [&here, &there] {
                let world = live.at_least(position, SOON).await.unwrap();
                let fact = world.direct(ann.id, staff.id, MembershipKind::Member).unwrap();
                assert_eq!(fact.request, Some(request.id));
            }
            let (ann, staff) = (ann.id, staff.id);
            let end = move |world: &World, _: &Context| {
                let fact = world.direct(ann, staff, MembershipKind::Member).unwrap();
                Ok(ChangeSet::new(OperationName::GroupEdit).with(Edit::end(fact.clone())))
            };
            let removed = there.commit(c.clone(), Proposal::new(end)).await.unwrap();
            here.at_least(removed.position, SOON).await.unwrap();
        }
        assert_eq!(facts(&here.world()), facts(&here.store().load().await.unwrap()));
    }
}

fn approval(c: &Context, request: &Request) -> ChangeSet {
    let mut fact = membership(
        c,
        request.requester,
        request.wants.group().unwrap(),
        MembershipKind::Member,
    );
    fact.request = Some(request.id);
    let mut after = request.clone();
    after.state = State::Approved {
        resolution: Resolution {
            by: c.actor,
            at: c.now,
            reason: Reason::default(),
        },
        granted_until: Expiry::NEVER,
        granted: Granted::Membership(fact.id),
    };
    ChangeSet::new(OperationName::RequestApprove)
        .with(Edit::update(request.clone(), after))
        .with(Edit::create(fact))
}

both! {
    async fn both_may_write_as_much_as_they_like(database) {
        let (here, there) = (database.live().await, database.live().await);
        let c = context();
        let write = async |live: &Live, name: &str| {
            for n in 0..60 {
                let change = company(&[], &[&group(&c, &format!("{name} {n}"))]);
                commit(live, &later(&c, n), change).await.unwrap();
            }
        };
        tokio::join!(write(&here, "here"), write(&there, "there"));
        for live in [&here, &there] {
            let world = live.at_least(Position(120), SOON).await.unwrap();
            assert_eq!(world.group_count(), 120);
        }
        assert_eq!(facts(&here.world()), facts(&there.world()));
        let verified = here.store().verify_log(|_, _| {}).await.unwrap();
        assert_eq!((verified.entries, verified.broken), (120, None));
    }
}

both! {
    async fn waiting_for_a_position_ends(database) {
        let live = database.live().await;
        let late = live.at_least(Position(5), Duration::from_millis(50)).await.unwrap_err();
        assert_eq!((late.wanted, late.reached), (Position(5), Position(0)));
    }
}

both! {
    async fn another_history_of_the_log_is_read_anew(database) {
        let here = database.live().await;
        let c = context();
        let (ann, lost) = (user(&c, "ann"), user(&c, "lost"));
        // As a restored backup leaves it, or a replica that had not got the last commit.
        let restored = async || {
            for table in ["users WHERE added_pos", "log_subjects WHERE position", "log WHERE position"] {
                database.sql(&format!("DELETE FROM {table} > 1")).await;
            }
            database.sql("UPDATE log_head SET position = 1, hash = (SELECT hash FROM log)").await;
        };
        let until = async |holds: &dyn Fn(&World) -> bool| {
            for _ in 0..200 {
                if holds(&here.world()) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            panic!("it stays at position {}", here.world().position());
        };
        commit(&here, &c, company(&[&ann], &[])).await.unwrap();
        commit(&here, &c, company(&[&lost], &[])).await.unwrap();

        restored().await;
        until(&|world| world.user(lost.id).is_none()).await;
        assert_eq!(here.world().position(), Position(1));

        // Others have written past what was known here before anybody looks.
        commit(&here, &c, company(&[&lost], &[])).await.unwrap();
        restored().await;
        let there = database.live().await;
        for login in ["bob", "cem", "dee"] {
            commit(&there, &c, company(&[&user(&c, login)], &[])).await.unwrap();
        }
        until(&|world| world.position() == Position(4) && world.user(lost.id).is_none()).await;
        assert_eq!(facts(&here.world()), facts(&there.world()));

        // Who writes finds it out too.
        restored().await;
        commit(&here, &c, company(&[&user(&c, "eve")], &[])).await.unwrap();
        assert_eq!(here.world().position(), Position(2));
        assert_eq!(facts(&here.world()), facts(&here.store().load().await.unwrap()));
    }
}
