//! What holds in every world: random worlds, random changes, and the definition to compare with.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::{
    Actor, ChangeSet, Diff, Expiry, Id, MembershipKind, OperationName, Position, SystemActor,
    Timestamp, User, World, guard,
    world::{DiffLine, What},
};
use proptest::prelude::*;

use crate::{
    company::Company,
    naive::{Facts, all_records, records},
    records::NOW,
    worlds::{instant, wish, wishes, world},
};

/// Everything everybody has, from the definition, in the words of a diff.
fn everything(world: &World, now: Timestamp) -> BTreeMap<(Id<User>, What), Expiry> {
    let facts = Facts::of(world);
    let mut all = BTreeMap::new();
    for user in world.users() {
        for ((group, kind), until) in facts.access(user.id, now) {
            all.insert((user.id, What::Group { group, kind }), until);
        }
        for (permission, until) in facts.permissions(user.id, now) {
            let permission = portcullis_model::name::PermissionName::parse(&permission).unwrap();
            all.insert((user.id, What::Permission { permission }), until);
        }
    }
    all
}

fn naive_diff(before: &World, now: Timestamp, after: &World, then: Timestamp) -> BTreeSet<String> {
    let (was, is) = (everything(before, now), everything(after, then));
    let keys: BTreeSet<_> = was.keys().chain(is.keys()).cloned().collect();
    keys.into_iter()
        .filter(|key| was.get(key) != is.get(key))
        .map(|key| {
            let (before, after) = (was.get(&key).copied(), is.get(&key).copied());
            let (user, what) = key;
            format!(
                "{:?}",
                DiffLine {
                    user,
                    what,
                    before,
                    after
                }
            )
        })
        .collect()
}

fn lines(diff: &Diff) -> BTreeSet<String> {
    let all = [&diff.gains, &diff.losses, &diff.changes]
        .into_iter()
        .flatten();
    let lines: Vec<_> = all.map(|line| format!("{line:?}")).collect();
    let count = lines.len();
    let set: BTreeSet<_> = lines.into_iter().collect();
    assert_eq!(set.len(), count, "a line stands twice");
    assert!(
        diff.gains
            .iter()
            .all(|line| line.before.is_none() && line.after.is_some())
    );
    assert!(
        diff.losses
            .iter()
            .all(|line| line.before.is_some() && line.after.is_none())
    );
    assert!(
        diff.changes
            .iter()
            .all(|line| line.before.is_some() && line.after.is_some())
    );
    set
}

fn rebuilt(world: &World) -> World {
    World::load(records(world), world.position()).expect("a world can be loaded again")
}

/// Several wishes as one change, each made for the world the one before leads to.
fn combined(world: &World, wishes: &[crate::worlds::Wish]) -> ChangeSet {
    let mut all = ChangeSet::new(OperationName::GroupEdit);
    let mut latest = world.clone();
    for (salt, wish) in (0..).zip(wishes) {
        let change = wish.on(&latest, salt);
        if let Ok(after) = latest.after(&change) {
            latest = after;
            all.changes.extend(change.changes);
        }
    }
    all
}

/// Who is asked is said request by request; whom a request waits for is asked the other way round.
fn waits_as_said(world: &World, now: Timestamp) -> Result<(), TestCaseError> {
    for user in world.users() {
        let said: Vec<_> = world
            .requests()
            .filter(|request| request.requester != user.id)
            .filter(|request| {
                let deciders = request.wants.deciders(world, Some(request.requester), now);
                deciders.iter().any(|decider| decider.id == user.id)
            })
            .map(|request| request.id)
            .collect();
        let waits = world.waits_for(user.id, now).into_iter();
        let waits: Vec<_> = waits.map(|request| request.id).collect();
        prop_assert_eq!(waits, said, "{}", user.login);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn requests_wait_for_whom_they_are_asked(world in world(), at in instant()) {
        waits_as_said(&world, at)?;
    }


    #[test]
    fn every_question_has_the_answer_of_the_definition(world in world(), now in instant()) {
        let facts = Facts::of(&world);
        let mut in_group: BTreeMap<_, BTreeMap<Id<User>, Expiry>> = BTreeMap::new();
        let mut can: BTreeMap<String, BTreeMap<Id<User>, Expiry>> = BTreeMap::new();
        for user in world.users() {
            let wanted = facts.access(user.id, now);
            let access = world.access_of(user.id, now);
            let got: BTreeMap<_, _> = access
                .iter()
                .map(|access| ((access.group.id, access.kind), access.until))
                .collect();
            prop_assert_eq!(&got, &wanted, "access_of");
            let groups: BTreeMap<_, _> =
                world.groups_of(user.id, now).map(|(g, kind, until)| ((g.id, kind), until)).collect();
            prop_assert_eq!(&groups, &wanted, "groups_of");
            for access in &access {
                let best = access.paths.iter().map(|path| path.until).max();
                prop_assert_eq!(best, Some(access.until), "the best path is listed");
                for path in &access.paths {
                    prop_assert_eq!(path.goal(), (access.group.id, access.kind));
                    let along = path.steps(&world).iter().map(|step| step.until).min();
                    prop_assert_eq!(along, Some(path.until), "the earliest end along a path");
                    prop_assert!(path.direct.validity.contains(now));
                    prop_assert!(path.via.iter().all(|i| i.validity.contains(now)));
                }
            }
            for group in world.groups() {
                for kind in MembershipKind::ALL {
                    let held = world.holds(user.id, group.id, kind, now);
                    prop_assert_eq!(held, wanted.get(&(group.id, kind)).copied(), "holds");
                }
            }
            for (place, until) in wanted {
                in_group.entry(place).or_default().insert(user.id, until);
            }
            let wanted = facts.permissions(user.id, now);
            let mut got: BTreeMap<String, Expiry> = BTreeMap::new();
            for access in world.permissions_of(user.id, now) {
                let best = got.entry(access.permission.name.key()).or_insert(access.until);
                *best = (*best).max(access.until);
            }
            prop_assert_eq!(&got, &wanted, "permissions_of");
            for (permission, until) in wanted {
                can.entry(permission).or_default().insert(user.id, until);
            }
        }
        for group in world.groups() {
            for kind in MembershipKind::ALL {
                let wanted = in_group.remove(&(group.id, kind)).unwrap_or_default();
                let holders = world.holders(group.id, kind, now);
                prop_assert!(holders.is_sorted_by_key(|holder| holder.user.login.key()));
                let got: BTreeMap<_, _> = holders.iter().map(|h| (h.user.id, h.until)).collect();
                prop_assert_eq!(holders.len(), got.len(), "each once");
                prop_assert_eq!(&got, &wanted, "holders");
                prop_assert_eq!(world.holder_count(group.id, kind, now), wanted.len());
            }
        }
        for n in 0..3 {
            let permission = format!("p{n}");
            let got: BTreeMap<_, _> =
                world.who_can(&permission, None, now).iter().map(|h| (h.user.id, h.until)).collect();
            prop_assert_eq!(got, can.remove(&permission).unwrap_or_default(), "who_can");
        }
    }

    #[test]
    fn a_change_and_its_inverse_leave_nothing_behind(world in world(), wishes in wishes(8), now in instant()) {
        let change = combined(&world, &wishes);
        let facts = all_records(&world);
        let after = world.after(&change).expect("each part was valid");
        let back = after.after(&change.inverse(Position(1))).expect("what was done can be undone");
        prop_assert_eq!(all_records(&back), facts);
        prop_assert_eq!(everything(&back, now), everything(&world, now));
        prop_assert!(world.diff(&back, now).is_empty());
        prop_assert!(back.diff(&world, now).is_empty());
        prop_assert_eq!(back.next_transition(now), world.next_transition(now));
        prop_assert_eq!(back.membership_count(), world.membership_count());
    }

    #[test]
    fn a_preview_shows_what_is_seen_afterwards(
        world in world(), wishes in wishes(8), now in instant(), then in instant(),
    ) {
        let change = combined(&world, &wishes);
        let after = world.after(&change).expect("each part was valid");
        let seen = naive_diff(&world, now, &after, now);
        prop_assert_eq!(&lines(&world.diff(&after, now)), &seen, "by sharing");
        // The same worlds without anything shared, and in another order of numbers.
        prop_assert_eq!(&lines(&rebuilt(&world).diff(&rebuilt(&after), now)), &seen, "rebuilt");
        prop_assert_eq!(&lines(&world.diff(&rebuilt(&after), now)), &seen, "half rebuilt");
        prop_assert_eq!(
            lines(&world.diff_at(now, &after, then)),
            naive_diff(&world, now, &after, then),
            "over time"
        );
    }

    #[test]
    fn a_change_never_touches_the_world_it_was_made_for(world in world(), wishes in wishes(8)) {
        let (facts, access) = (all_records(&world), everything(&world, NOW));
        let kept = rebuilt(&world);
        let change = combined(&world, &wishes);
        let after = world.after(&change).expect("each part was valid");
        drop(after);
        // Also a change that fails half way leaves no trace.
        let twice = ChangeSet {
            changes: [change.changes.clone(), change.changes].concat(),
            ..ChangeSet::new(OperationName::GroupEdit)
        };
        let _ = world.after(&twice);
        prop_assert_eq!(all_records(&world), facts);
        prop_assert_eq!(everything(&world, NOW), access);
        prop_assert!(kept.diff(&world, NOW).is_empty());
    }

    #[test]
    fn a_change_reads_as_it_was_written(world in world(), wishes in wishes(8)) {
        let change = combined(&world, &wishes);
        let json = serde_json::to_string(&change).unwrap();
        let read: ChangeSet = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&read, &change);
        let undo = change.inverse(Position(5));
        let json = serde_json::to_string(&undo).unwrap();
        prop_assert_eq!(serde_json::from_str::<ChangeSet>(&json).unwrap(), undo);
    }

    #[test]
    fn times_are_known_without_a_scan(world in world(), now in instant(), by in instant()) {
        let validities = world.memberships().map(|m| m.validity)
            .chain(world.inclusions().map(|i| i.validity))
            .chain(world.entitlements().map(|e| e.validity));
        let next = validities
            .flat_map(|v| [Some(v.from), v.until.instant()])
            .flatten()
            .filter(|at| *at > now)
            .min();
        prop_assert_eq!(world.next_transition(now), next);
        let ids = |all: Vec<&portcullis_model::Membership>| {
            let mut all: Vec<_> = all.into_iter().map(|m| (m.validity.until, m.id)).collect();
            prop_assert!(all.is_sorted_by_key(|(until, _)| *until));
            all.sort();
            Ok(all)
        };
        let soon = ids(world.memberships_ending(now, by.max(now)).collect())?;
        prop_assert_eq!(soon, ids(World::ending(world.memberships(), now, by.max(now)))?);
    }

    #[test]
    fn what_the_guard_lets_through_keeps_the_house_in_order(
        world in world(), wishes in wishes(6), actor in 0..7u8, one in wish(),
    ) {
        let c = Company::new();
        let actor = match actor {
            0 => Actor::System(SystemActor::Operator),
            1 => Actor::User(c.uid("root")),
            n => Actor::User(crate::records::id(&format!("user u{}", n - 2))),
        };
        let context = c.as_actor(actor);
        for change in [combined(&world, &wishes), one.on(&world, 99)] {
            let Ok(allowed) = guard(&world, change.clone(), &context) else { continue };
            let after = allowed.after();
            prop_assert_eq!(all_records(after), all_records(&world.after(&change).unwrap()));
            prop_assert_eq!(after.position(), world.position().next());
            // An admin stays an admin's equal: nobody else makes one, and the last one stays.
            let admins = |world: &World| {
                world.users().filter(|u| world.is_admin(u.id, NOW)).map(|u| u.id).collect::<BTreeSet<_>>()
            };
            let (was, is) = (admins(&world), admins(after));
            prop_assert!(was.is_empty() || !is.is_empty(), "no admin is left");
            for app in after.apps().filter(|app| world.app(app.id).is_none()) {
                prop_assert!(after.owners_group(app.id).is_some());
            }
            for request in after.requests() {
                let gone = after.user(request.requester).is_none()
                    || after.group(request.wants.group().unwrap()).is_none();
                let was_gone = world.user(request.requester).is_none()
                    || world.group(request.wants.group().unwrap()).is_none();
                prop_assert!(!gone || was_gone, "a request waits for nothing");
            }
            // Whoever gained a place, somebody with a right to it gave it.
            if let Actor::User(user) = actor {
                let admin = world.is_admin(user, NOW);
                for line in world.diff(after, NOW).gains {
                    let What::Group { group, .. } = line.what else { continue };
                    let entered = entered_by(&world, after, group);
                    prop_assert!(
                        admin || entered.iter().any(|g| may_let_in(&world, user, *g)),
                        "{user} let {} into {group}", line.user
                    );
                }
            }
        }
    }
}

/// The groups through which one may have got into `group`: itself and all that leads there.
fn entered_by(
    before: &World,
    after: &World,
    group: Id<portcullis_model::Group>,
) -> BTreeSet<Id<portcullis_model::Group>> {
    let (mut all, mut todo) = (BTreeSet::new(), vec![group]);
    while let Some(group) = todo.pop() {
        if all.insert(group) {
            let children = before.children_of(group).chain(after.children_of(group));
            todo.extend(children.map(|inclusion| inclusion.child));
        }
    }
    all
}

fn may_let_in(world: &World, user: Id<User>, group: Id<portcullis_model::Group>) -> bool {
    let app = world.group(group).and_then(portcullis_model::Group::app);
    world.owns_group(user, group, NOW) || app.is_some_and(|app| world.owns_app(user, app, NOW))
}
