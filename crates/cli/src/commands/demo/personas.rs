//! Whom the switcher offers where the data was not made up: people who stand for something.

use std::collections::HashMap;

use portcullis_model::{Expiry, GroupKind, Id, MembershipKind, Timestamp, User, World};

/// Up to six people, each once: an admin, owners, somebody with much or with ends, a newcomer.
pub(super) fn pick(world: &World, now: Timestamp) -> Vec<(Id<User>, String)> {
    let mut owned: HashMap<Id<User>, [usize; 2]> = HashMap::new();
    let mut has: HashMap<Id<User>, (usize, Expiry)> = HashMap::new();
    for fact in world.memberships().filter(|m| m.validity.contains(now)) {
        match (fact.kind, world.group(fact.group)) {
            (MembershipKind::Owner, Some(group)) => {
                let of_app = matches!(group.kind, GroupKind::App { .. });
                owned.entry(fact.user).or_default()[usize::from(of_app)] += 1;
            }
            _ => {
                let (count, soonest) = has.entry(fact.user).or_insert((0, Expiry::NEVER));
                *count += 1;
                *soonest = (*soonest).min(fact.validity.until);
            }
        }
    }
    let mut picked: Vec<(Id<User>, String)> = Vec::new();
    let mut best = |note: String, rank: &dyn Fn(&User) -> Option<(usize, Expiry)>| {
        // The first by login among the best; `max_by_key` alone would take the last.
        let of = world
            .users()
            .filter(|user| !picked.iter().any(|(id, _)| *id == user.id));
        let ranked = of.filter_map(|user| Some((rank(user)?, user)));
        let best = ranked.reduce(|best, next| if next.0 > best.0 { next } else { best });
        picked.extend(best.map(|(_, user)| (user.id, note)));
    };
    let some = |count: usize| (count > 0).then_some((count, Expiry::NEVER));
    best("An admin: sees and may change everything".into(), &|user| {
        world.is_admin(user.id, now).then_some((1, Expiry::NEVER))
    });
    best(
        "Owns groups of apps: decides who gets into them".into(),
        &|user| some(owned.get(&user.id)?[1]),
    );
    best(
        "Owns the most groups: decides about requests for them".into(),
        &|user| some(owned.get(&user.id)?[0]),
    );
    best("Is in the most groups".into(), &|user| {
        Some((has.get(&user.id)?.0, Expiry::NEVER))
    });
    best("Has little yet: ask for something".into(), &|user| {
        let count = has.get(&user.id).map_or(0, |(count, _)| *count);
        let owns = owned.contains_key(&user.id);
        (!owns).then_some((usize::MAX - count, Expiry::NEVER))
    });
    best("Has access that ends soon".into(), &|user| {
        let (_, soonest) = has.get(&user.id)?;
        let micros = soonest.instant()?.micros();
        Some((usize::MAX - usize::try_from(micros).ok()?, *soonest))
    });
    picked
}
