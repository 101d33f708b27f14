//! Measures a world of a large company: memory, build time and the answers pages wait for.
//!
//! `cargo run --release -p portcullis-model --example world_bench`
#![allow(clippy::print_stdout, reason = "a measurement prints its numbers")]

use std::{
    hint::black_box,
    sync::Arc,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use portcullis_model::{
    Actor, App, Change, ChangeSet, Context, Description, Edit, Ends, Entitlement, Grant, Group,
    GroupKind, Id, Ids, Inclusion, Kind, Membership, Name, Permission, Policy, Position, Reason,
    SystemActor, Tag, Timestamp, User, UserKind, Validity, World, guard,
    name::{Email, Login, PermissionName},
    record::{AppOrigin, AppPart, Authority},
};
use uuid::Uuid;

const USERS: u64 = 50_000;
const GROUPS: u64 = 20_000;
const ROLES: u64 = 1_000;
const TARGETS: u64 = 20;
/// Everybody is in group 5000; role 0 has 5,000 members.
const EVERYBODY: u64 = 5_000;
const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

fn id<T>(space: u64, n: u64) -> Id<T> {
    let half = mix(n.wrapping_mul(2).wrapping_add(space << 40));
    Id::new(Uuid::from_u64_pair(half, mix(half)))
}

fn user_id(n: u64) -> Id<User> {
    id(1, n)
}
fn group_id(n: u64) -> Id<Group> {
    id(2, n)
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn user(n: u64) -> User {
    const FIRST: [&str; 8] = [
        "Ada", "Ben", "Chidi", "Dana", "Elif", "Farid", "Grace", "Hana",
    ];
    let first = FIRST[(n % 8) as usize];
    User {
        id: user_id(n),
        login: Login::parse(&format!("{first}.{n}")).expect("a login"),
        name: name(&format!("{first} Number{n}")),
        email: Some(Email::parse(&format!("{first}.{n}@example.com")).expect("an address")),
        kind: UserKind::Person,
        manager: None,
        attributes: [(
            "Department".to_owned(),
            serde_json::json!(format!("D{}", n % 40)),
        )]
        .into(),
    }
}

fn group(n: u64) -> Group {
    let role = n < ROLES;
    Group {
        id: group_id(n),
        name: name(&if role {
            format!("Role-Job-{n}")
        } else {
            format!("Team-{n}")
        }),
        description: Description::parse(&format!("What number {n} is for, in a few words"))
            .expect("a description"),
        kind: if role {
            GroupKind::Role
        } else {
            GroupKind::Group
        },
        authority: Authority::Managed,
        tags: if n % 10 == 0 {
            vec![id(7, 1)]
        } else {
            Vec::new()
        },
    }
}

/// How many members group `n` has; a million in all.
fn size(n: u64) -> u64 {
    match n {
        EVERYBODY => USERS,
        0 => 5_000,
        1..50 => 500,
        50..ROLES => 50,
        _ if n % 100 == 0 => 1_000,
        _ => 37,
    }
}

fn until(n: u64) -> Ends {
    match n % 4 {
        0 => Ends::at(NOW.plus_seconds(60 + (mix(n) % 31_000_000) as i64)),
        _ => Ends::NEVER,
    }
}

fn validity(n: u64) -> Validity {
    Validity::new(NOW.plus_days(-30), until(n))
}

fn membership(group: u64, place: u64) -> Membership {
    let n = group * 100_000 + place;
    // The stride has no factor in common with 50,000: nobody is named twice.
    let who = (mix(group) + place * (mix(group + 7) % 1_000 * 10 + 3)) % USERS;
    Membership {
        id: id(3, n),
        user: user_id(who),
        group: group_id(group),
        kind: if place == 0 && group != EVERYBODY {
            Kind::Owner
        } else {
            Kind::Member
        },
        validity: validity(n),
        reason: Reason::parse(if n % 3 == 0 {
            "asked for by the team"
        } else {
            ""
        })
        .expect("a reason"),
        granted_by: Actor::User(user_id(n % USERS)),
        request: None,
    }
}

fn inclusions_of(role: u64) -> impl Iterator<Item = Inclusion> {
    (0..TARGETS).map(move |i| Inclusion {
        id: id(4, role * TARGETS + i),
        child: group_id(role),
        target: group_id(ROLES + (role * 19 + i * 941) % (GROUPS - ROLES)),
        kind: if i == 19 { Kind::Owner } else { Kind::Member },
        validity: validity(role * TARGETS + i),
        reason: Reason::default(),
        granted_by: Actor::System(SystemActor::Demo),
    })
}

fn entitlement(group: u64, permission: &str) -> Entitlement {
    Entitlement {
        id: id(5, group * 2 + u64::from(permission == "vpn:use")),
        group: group_id(group),
        grant: Grant::Permission(Permission {
            name: PermissionName::parse(permission).expect("a permission"),
            environments: Default::default(),
        }),
        validity: Validity::new(NOW.plus_days(-30), Ends::NEVER),
        reason: Reason::default(),
        granted_by: Actor::System(SystemActor::Demo),
    }
}

fn records() -> impl Iterator<Item = Change> {
    let create = |n| Edit::create(user(n)).into();
    let users = (0..USERS).map(create);
    let app = App {
        id: id(6, 1),
        name: name("Portcullis"),
        description: Description::default(),
        tags: Vec::new(),
        origin: AppOrigin::BuiltIn,
    };
    let owners = Group {
        id: id(6, 2),
        name: name("App-Portcullis-Owners"),
        description: Description::default(),
        kind: GroupKind::App {
            app: app.id,
            part: AppPart::Owners,
        },
        authority: Authority::Managed,
        tags: Vec::new(),
    };
    let admin = Membership {
        id: id(6, 3),
        user: user_id(1),
        group: owners.id,
        kind: Kind::Member,
        validity: Validity::new(NOW, Ends::NEVER),
        reason: Reason::default(),
        granted_by: Actor::System(SystemActor::Operator),
        request: None,
    };
    let tag = |n| Tag {
        id: id(7, n),
        name: name(&format!("Tag {n}")),
        description: Description::default(),
        enabled: true,
        constraints: Default::default(),
    };
    users
        .chain([Edit::create(app).into()])
        .chain((1..=2).map(move |n| Edit::create(tag(n)).into()))
        .chain([Edit::create(owners).into()])
        .chain((0..GROUPS).map(|n| Edit::create(group(n)).into()))
        .chain(
            (0..ROLES)
                .flat_map(inclusions_of)
                .map(|i| Edit::create(i).into()),
        )
        .chain([Edit::create(admin).into()])
        .chain(
            (0..GROUPS).flat_map(|g| {
                (0..size(g)).map(move |place| Edit::create(membership(g, place)).into())
            }),
        )
        .chain((0..GROUPS).flat_map(|g| {
            let own = entitlement(g, &format!("thing:{}:use", g % 8_000));
            let vpn = (g % 40 == 0).then(|| entitlement(g, "vpn:use"));
            [Some(own), vpn]
                .into_iter()
                .flatten()
                .map(|e| Edit::create(e).into())
        }))
}

fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text
        .split_whitespace()
        .nth(1)
        .and_then(|p| p.parse::<u64>().ok());
    pages.unwrap_or(0) * 4 / 1024
}

/// The median of `times` runs.
fn median<T>(what: &str, times: usize, mut run: impl FnMut(usize) -> T) {
    let mut all: Vec<Duration> = (0..times)
        .map(|i| {
            let start = Instant::now();
            black_box(run(i));
            start.elapsed()
        })
        .collect();
    all.sort();
    println!(
        "{what:<58} {:>12.1?}  (worst {:.1?})",
        all[times / 2],
        all[times - 1]
    );
}

/// The mean of a loop, with everything the loop drops counted.
fn amortised(what: &str, times: u32, run: impl FnOnce()) {
    let start = Instant::now();
    run();
    println!(
        "{what:<58} {:>12.1?}  (mean of {times})",
        start.elapsed() / times
    );
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
    after.validity.until = Ends::at(NOW.plus_days(100).plus_seconds(n as i64));
    ChangeSet::new("group.extend").with(Edit::update(before, after))
}

fn remove_role(world: &World, role: Id<Group>) -> ChangeSet {
    let mut change = ChangeSet::new("group.delete");
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
    let start = Instant::now();
    let world = World::load(records(), Position(1)).expect("a consistent company");
    println!(
        "{} people, {} groups, {} memberships: built in {:.2?}, {} MB resident",
        world.user_count(),
        world.group_count(),
        world.membership_count(),
        start.elapsed(),
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
    median("access_of one person", 2_000, |n| {
        world.access_of(user_id(n as u64 * 23), NOW)
    });
    median("permissions_of one person", 2_000, |n| {
        world.permissions_of(user_id(n as u64 * 23), NOW)
    });
    median("holds: one person, one group", 2_000, |n| {
        world.holds(
            user_id(n as u64 * 23),
            group_id(1_000 + n as u64),
            Kind::Member,
            NOW,
        )
    });
    println!(
        "who_can: {} people",
        world.who_can("vpn:use", None, NOW).len()
    );
    median("who_can, conferred by 500 groups", 20, |_| {
        world.who_can("vpn:use", None, NOW)
    });
    median("who_can, conferred by 3 groups", 200, |n| {
        world.who_can(&format!("thing:{n}:use"), None, NOW)
    });
    median("holders of a group of 50,000", 20, |_| {
        world.holders(group_id(EVERYBODY), Kind::Member, NOW)
    });
    median("holder_count of a group of 50,000", 20, |_| {
        world.holder_count(group_id(EVERYBODY), Kind::Member, NOW)
    });
    for query in ["number4999", "team-77", "zzzz", "e"] {
        median(&format!("search `{query}`"), 20, |_| {
            world.search(query, 10)
        });
    }
    median("next_end", 20, |_| world.next_end(NOW));
    median("ending within a day, over everything", 20, |_| {
        world.memberships_ending(NOW, NOW.plus_days(1)).count()
    });
}

fn writes(world: &World) {
    let role = group_id(0);
    let change = remove_role(world, role);
    median("apply: remove a role with 5,000 members", 10, |_| {
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
    median("preview: its diff", 10, |_| world.diff(&after, NOW));
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
        actor: Actor::User(user_id(1)),
        now: NOW,
        policy: Arc::new(Policy::default()),
        ids: Arc::new(Counter(AtomicU64::new(0))),
    };
    let one = extend(world, 1_501, 3);
    median("guard of one change by an admin", 500, |_| {
        guard(world, one.clone(), &context).expect("allowed")
    });
    let unused = world.find_tag("Tag 2").expect("it is there").clone();
    let change = ChangeSet::new("tag.delete").with(Edit::end(unused));
    median("apply: delete an unused tag", 20, |_| {
        world.after(&change).expect("applies")
    });
}
