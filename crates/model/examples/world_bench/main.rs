//! Measures a world of a large company: memory, build time and the answers pages wait for.
//!
//! `cargo run --release -p portcullis-model --example world_bench`
#![allow(clippy::print_stdout, reason = "a measurement prints its numbers")]

mod company;

use std::{
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use company::{EVERYBODY, NOW, group_id, id, membership, records, size, user_id};
use portcullis_model::{
    Actor, ChangeSet, Context, Edit, Expiry, Group, Id, Ids, MembershipKind, OperationName, Policy,
    Position, Reason, Request, State, Timestamp, User, Wants, World, guard,
    world::{
        FoundKind,
        query::{GroupBy, GroupQuery, Order, Query as _, Sort, UserBy, UserQuery},
    },
};
use uuid::Uuid;

fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text
        .split_whitespace()
        .nth(1)
        .and_then(|p| p.parse::<u64>().ok());
    pages.unwrap_or(0) * 4 / 1024
}

/// The time this thread has had a processor. On a busy machine the clock on the wall counts the
/// neighbours too.
fn on_cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split_whitespace().next().and_then(|n| n.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

/// Processor time for each of `times` runs, and the median by the clock on the wall.
fn measure<T>(what: &str, times: u32, mut run: impl FnMut(usize) -> T) {
    let cpu = on_cpu();
    let mut all: Vec<Duration> = (0..times as usize)
        .map(|i| {
            let start = Instant::now();
            black_box(run(i));
            start.elapsed()
        })
        .collect();
    let cpu = (on_cpu() - cpu) / times;
    all.sort();
    let median = all[all.len() / 2];
    println!("{what:<58} {cpu:>10.1?} cpu {median:>12.1?} wall");
}

/// The same for a loop, with everything the loop drops counted.
fn amortised(what: &str, times: u32, run: impl FnOnce()) {
    let (cpu, start) = (on_cpu(), Instant::now());
    run();
    let (cpu, wall) = ((on_cpu() - cpu) / times, start.elapsed() / times);
    println!("{what:<58} {cpu:>10.1?} cpu {wall:>12.1?} wall");
}

struct Counter(AtomicU64);
impl Ids for Counter {
    fn next(&self, _: Timestamp) -> Uuid {
        id::<User>(99, self.0.fetch_add(1, Ordering::Relaxed)).uuid()
    }
}

fn extend(world: &World, group: u64, n: u64) -> ChangeSet {
    let places = size(group);
    let m = membership(group, 1 + n % (places - 1));
    let before = world
        .direct(m.user, m.group, m.kind)
        .expect("there")
        .clone();
    let mut after = before.clone();
    after.validity.until = Expiry::at(NOW.plus_days(100).plus_seconds(n as i64));
    ChangeSet::new(OperationName::GroupEdit).with(Edit::update(before, after))
}

fn remove_role(world: &World, role: Id<Group>) -> ChangeSet {
    let mut change = ChangeSet::new(OperationName::GroupDelete);
    for inclusion in world.targets_of(role) {
        change.push(Edit::end(inclusion.clone()));
    }
    for membership in world.direct_of_group(role) {
        change.push(Edit::end(membership.clone()));
    }
    for entitlement in world.entitlements_of(role) {
        change.push(Edit::end(entitlement.clone()));
    }
    change.with(Edit::end(world.group(role).expect("the role").clone()))
}

fn main() {
    let bare = resident();
    let start = on_cpu();
    let world = World::load(records(), Position(1)).expect("a consistent company");
    println!(
        "{} people, {} groups, {} memberships: built in {:.2?}, {} MB resident",
        world.user_count(),
        world.group_count(),
        world.membership_count(),
        on_cpu() - start,
        resident() - bare
    );
    reads(&world);
    writes(&world);
    println!("at the end {} MB resident", resident() - bare);
}

fn reads(world: &World) {
    let facts: usize = (0..500)
        .map(|n| world.access_of(user_id(n * 97), NOW).len())
        .sum();
    println!("one person is in {} groups on average", facts / 500);
    measure("access_of one person", 2_000, |n| {
        world.access_of(user_id(n as u64 * 23), NOW)
    });
    measure("permissions_of one person", 2_000, |n| {
        world.permissions_of(user_id(n as u64 * 23), NOW)
    });
    measure("holds: one person, one group", 2_000, |n| {
        world.holds(
            user_id(n as u64 * 23),
            group_id(1_000 + n as u64),
            MembershipKind::Member,
            NOW,
        )
    });
    println!(
        "who_can: {} people",
        world.who_can("vpn:use", None, NOW).len()
    );
    measure("who_can, conferred by 500 groups", 20, |_| {
        world.who_can("vpn:use", None, NOW)
    });
    measure("who_can, conferred by 3 groups", 200, |n| {
        world.who_can(&format!("thing:{n}:use"), None, NOW)
    });
    measure("holders of a group of 50,000", 20, |_| {
        world.holders(group_id(EVERYBODY), MembershipKind::Member, NOW)
    });
    measure("holder_count of a group of 50,000", 20, |_| {
        world.holder_count(group_id(EVERYBODY), MembershipKind::Member, NOW)
    });
    for query in [
        "number4999",
        "team-77",
        "77 team",
        "zzzz",
        "e",
        "what is for",
        "example",
        "xample",
        "d7 hana",
    ] {
        measure(&format!("search `{query}`"), 20, |_| {
            world.find(query, &FoundKind::ALL, 10)
        });
    }
    lists(world);
    measure("next_end", 20_000, |_| world.next_transition(NOW));
    measure("ending within a day, over everything", 20, |_| {
        world.memberships_ending(NOW, NOW.plus_days(1)).count()
    });
}

fn lists(world: &World) {
    let first = |what: &str, sort| {
        let query = UserQuery {
            sort,
            ..UserQuery::default()
        };
        measure(&format!("the first 50 people by {what}"), 20, |_| {
            query.part(world, NOW, 0..50)
        });
    };
    for (what, by) in [
        ("login", UserBy::Login),
        ("name", UserBy::Name),
        ("title", UserBy::Title),
        ("groups", UserBy::Groups),
    ] {
        let (order, ties) = (Order::Desc, Order::Asc);
        first(what, Sort { by, order, ties });
    }
    for (what, by) in [("name", GroupBy::Name), ("members", GroupBy::Members)] {
        let (order, ties) = (Order::Desc, Order::Asc);
        let sort = Sort { by, order, ties };
        let query = GroupQuery {
            sort,
            ..GroupQuery::default()
        };
        measure(&format!("the first 50 groups by {what}"), 20, |_| {
            query.part(world, NOW, 0..50)
        });
    }
    let mut asked = ChangeSet::new(OperationName::RequestCreate);
    for n in 0..10_000 {
        asked.push(Edit::create(Request {
            id: id(11, n),
            requester: user_id(n * 3 + 1),
            wants: Wants::Membership {
                group: group_id(1_000 + n % 15_000),
                kind: MembershipKind::Member,
            },
            reason: Reason::default(),
            until: Expiry::NEVER,
            created_at: NOW,
            state: State::Pending,
        }));
    }
    let world = world.after(&asked).expect("applies");
    let admin = world
        .users()
        .find(|user| world.is_admin(user.id, NOW))
        .map_or(user_id(0), |user| user.id);
    measure("what of 10,000 requests waits for an admin", 20, |_| {
        world.waits_for(admin, NOW)
    });
    measure("what of 10,000 requests waits for somebody", 200, |n| {
        world.waits_for(user_id(n as u64 * 97), NOW)
    });
}

fn writes(world: &World) {
    let role = group_id(0);
    let change = remove_role(world, role);
    measure("apply: remove a role with 5,000 members", 10, |_| {
        world.after(&change).expect("applies")
    });
    let after = world.after(&change).expect("applies");
    let diff = world.diff(&after, NOW);
    println!(
        "removing the role: {} losses, {} changes, {} people",
        diff.losses.len(),
        diff.changes.len(),
        diff.people()
    );
    measure("preview: its diff", 10, |_| world.diff(&after, NOW));
    for (what, group) in [("a group of 37", 1_501), ("a group of 50,000", EVERYBODY)] {
        let (times, mut latest) = (2_000u32, world.clone());
        let changes: Vec<_> = (0..30u64).map(|n| extend(world, group, n)).collect();
        amortised(
            &format!("apply one change in {what}, from the same world"),
            times,
            || {
                for n in 0..times as usize {
                    black_box(world.after(&changes[n % changes.len()]).expect("applies"));
                }
            },
        );
        amortised(
            &format!("apply one change in {what}, previous dropped"),
            times,
            || {
                for n in 0..u64::from(times) {
                    latest = latest.after(&extend(&latest, group, n)).expect("applies");
                }
            },
        );
        let mut kept = vec![world.clone()];
        let times = 300;
        amortised(
            &format!("apply one change in {what}, previous kept"),
            times,
            || {
                for n in 0..u64::from(times) {
                    let last = kept.last().expect("one");
                    let next = last.after(&extend(last, group, n)).expect("applies");
                    kept.push(next);
                }
            },
        );
    }
    let context = Context {
        means: Default::default(),
        actor: Actor::User(user_id(1)),
        now: NOW,
        policy: Arc::new(Policy::default()),
        ids: Arc::new(Counter(AtomicU64::new(0))),
    };
    let one = extend(world, 1_501, 3);
    measure("guard of one change by an admin", 500, |_| {
        guard(world, one.clone(), &context).expect("allowed")
    });
    let unused = world.find_tag("Tag 2").expect("it is there").clone();
    let change = ChangeSet::new(OperationName::TagDelete).with(Edit::end(unused));
    measure("apply: delete an unused tag", 20, |_| {
        world.after(&change).expect("applies")
    });
}
