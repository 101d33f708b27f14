//! Whatever a source says, step after step.

use super::*;

const LOGINS: [&str; 5] = ["u0", "u1", "u2", "u3", "u4"];
const GROUPS: [&str; 5] = ["G0", "G1", "G2", "M0", "M1"];

fn random_desired(random: &mut Random) -> Desired {
    let mut desired = Desired::default();
    if random.one_in(8) {
        return desired;
    }
    desired.scope.kinds = ALL.into_iter().filter(|_| !random.one_in(4)).collect();
    if random.one_in(3) {
        let names = GROUPS.iter().filter(|_| random.one_in(2));
        desired.scope.groups = Groups::Only(names.map(|g| (*g).to_owned()).collect());
    }
    let until = |random: &mut Random| match random.below(6) {
        0 => Some(NEVER),
        1 => Some(days(i64::try_from(random.below(30)).unwrap() - 5)),
        _ => None,
    };
    for (n, login) in LOGINS.iter().enumerate() {
        if !random.one_in(3) {
            // Now and then a login comes to somebody else.
            let n = if random.one_in(9) { n + 10 } else { n };
            desired.users.push(user(login, &n.to_string()));
        }
    }
    for name in GROUPS {
        if !random.one_in(3) {
            let kept = if name.starts_with('M') {
                Kept::Outside
            } else {
                Kept::Here
            };
            desired.groups.push(group(name, kept));
        }
    }
    for _ in 0..random.below(10) {
        let (login, group) = (random.pick(&LOGINS), random.pick(&GROUPS));
        desired
            .memberships
            .push(member(login, group, until(random)));
    }
    for _ in 0..random.below(4) {
        let child = random.below(4);
        desired.inclusions.push(DesiredInclusion {
            said: Said {
                until: until(random),
                ..Said::default()
            },
            child: GROUPS[child].into(),
            target: GROUPS[child + 1 + random.below(4 - child)].into(),
            kind: MEMBER,
        });
    }
    for _ in 0..random.below(4) {
        let environments: &[&str] = if random.one_in(2) { &["staging"] } else { &[] };
        desired.entitlements.push(DesiredEntitlement {
            said: Said {
                until: until(random),
                ..Said::default()
            },
            group: (*random.pick(&GROUPS)).into(),
            grant: permission(["a:b", "c:d"][random.below(2)], environments),
        });
    }
    desired
}

/// Facts by id, in text, with what they are and whether they are the source's and hold.
fn facts(town: &Town) -> BTreeMap<Uuid, (FactKind, String, bool, bool, String)> {
    fn put<'w, F: Fact + std::fmt::Debug + 'w>(
        all: &mut BTreeMap<Uuid, (FactKind, String, bool, bool, String)>,
        town: &Town,
        kind: FactKind,
        facts: impl Iterator<Item = &'w F>,
    ) {
        for fact in facts {
            let group = town.world.group(fact.group()).unwrap();
            let own = fact.granted_by() == Actor::Connector(hr())
                || group.authority == Authority::External(hr());
            let holds = !fact.validity().until.is_past(town.now);
            let told = (
                kind,
                group.name.to_string(),
                own,
                holds,
                format!("{fact:?}"),
            );
            all.insert(fact.id().uuid(), told);
        }
    }
    let (mut all, world): (_, &World) = (BTreeMap::new(), &town.world);
    put(&mut all, town, FactKind::Membership, world.memberships());
    put(&mut all, town, FactKind::Inclusion, world.inclusions());
    put(&mut all, town, FactKind::Entitlement, world.entitlements());
    all
}

/// The users and groups that are not the source's to change.
fn foreign(world: &World) -> Vec<String> {
    let users = world.users().filter(|user| user.source != Some(hr()));
    let groups = world.groups().filter(|group| group.source != Some(hr()));
    let users: Vec<_> = users.map(|user| format!("{user:?}")).collect();
    let mut all: Vec<_> = groups
        .map(|group| format!("{group:?}"))
        .chain(users)
        .collect();
    all.sort();
    all
}

/// Somebody does something of their own.
fn somebody_acts(random: &mut Random, town: &mut Town) {
    let (login, name) = (*random.pick(&LOGINS), GROUPS[random.below(3)]);
    if random.one_in(3) {
        let remove = RemovePeople {
            group: town.gid(name),
            kind: MEMBER,
            users: vec![town.uid(login)],
        };
        // Nobody may be there to be removed.
        let _ = town.tries("root", &remove);
    } else {
        let until = if random.one_in(2) {
            NEVER
        } else {
            Expiry::at(town.now.plus_days(3))
        };
        *town = town.clone().placed(login, name, MEMBER, until);
    }
}

#[test]
fn whatever_a_source_says_it_touches_only_its_own_and_says_nothing_twice() {
    let (mut ended, mut kept_outside, mut tripped) = (0, 0, 0);
    for seed in 0..150 {
        let mut random = Random(seed);
        let mut town = Town::new()
            .users(&LOGINS)
            .groups(&GROUPS[..3])
            .kept_by(hr(), &["u0", "u1", "u2", "G0", "G1"]);
        for step in 0..12 {
            town.now = town.now.plus_days(i64::try_from(random.below(4)).unwrap());
            somebody_acts(&mut random, &mut town);
            let desired = random_desired(&mut random);
            let before = facts(&town);
            let others = foreign(&town.world);
            done(&mut town, &desired);
            let after = facts(&town);
            assert_eq!(foreign(&town.world), others, "seed {seed}, step {step}");
            for (id, (kind, name, own, holds, text)) in &before {
                let stays = after.get(id).map(|fact| &fact.4);
                let groups = &desired.scope.groups;
                let inside = matches!(groups, Groups::All)
                    || matches!(groups, Groups::Only(only) if only.contains(name));
                let covered = inside && desired.scope.kinds.contains(kind);
                if !own && *holds {
                    assert_eq!(stays, Some(text), "seed {seed}, step {step}: another's");
                } else if !covered {
                    assert!(stays.is_some(), "seed {seed}, step {step}: {text} ended");
                    kept_outside += 1;
                }
                ended += usize::from(stays.is_none());
            }
            let again = compared(&town, &desired);
            assert!(
                again.edits.is_empty(),
                "seed {seed}, step {step}: {again:?}"
            );
            let silent = Desired {
                scope: team(&[]).scope,
                ..Desired::default()
            };
            let held = after.values().any(|(_, _, own, holds, _)| *own && *holds);
            let ran = fuse(&compared(&town, &silent), &Limits::default());
            let identities = town.world.identities().any(|i| i.connector == hr());
            assert_eq!(ran.is_err(), held || identities, "seed {seed}, step {step}");
            tripped += usize::from(ran.is_err());
        }
    }
    assert!(ended > 100 && kept_outside > 100 && tripped > 100);
}
