//! Whose access ends soon. Nothing is committed when an end comes near: a task asks, for each stretch of time once.

use portcullis_model::{Credential, Membership, Timestamp, User, UserKind, World};

use super::{
    about::{About, Grant},
    notice::Notice,
};

/// How long before an end it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lead {
    /// The name of its mark in the store.
    pub task: &'static str,
    /// So many days before.
    pub days: u32,
    /// What is nearer than so many days is told by another.
    pub nearest: u32,
}

/// A week and a day before.
pub const LEADS: [Lead; 2] = [
    Lead {
        task: "ends-7d",
        days: 7,
        nearest: 1,
    },
    Lead {
        task: "ends-1d",
        days: 1,
        nearest: 0,
    },
];

/// At most about so many are told in one round.
const MOST: usize = 1000;

/// What there is to tell about ends that came near between `from` and `now`: each notice with a key that is its own,
/// and until when was looked, which is `now` unless they are very many.
///
/// An end is not told where the access lasts no longer than twice as long as the lead: whoever got it has just been
/// told. Nor where the person keeps their place in another way.
#[must_use]
pub fn ending(
    world: &World,
    lead: Lead,
    from: Timestamp,
    now: Timestamp,
) -> (Vec<(String, Notice)>, Timestamp) {
    let days = i64::from(lead.days);
    let mut all = Vec::new();
    let mut looked = None;
    for membership in world.memberships_ending(from.plus_days(days), now.plus_days(days)) {
        let Some(end) = membership.validity.until.instant() else {
            continue;
        };
        let mark = end.plus_days(-days);
        // Those that end at the same moment stay together.
        if all.len() >= MOST && looked != Some(mark) {
            return (all, looked.unwrap_or(now));
        }
        looked = Some(mark);
        if matters(world, lead, membership, end, now)
            && let Some(notice) = notice(world, lead, membership, end)
        {
            let key = format!("ends:{}:{}:{}d", membership.id, end.micros(), lead.days);
            all.push((key, notice));
        }
    }
    (all, now)
}

fn matters(
    world: &World,
    lead: Lead,
    membership: &Membership,
    end: Timestamp,
    now: Timestamp,
) -> bool {
    let long = end > membership.validity.from.plus_days(2 * i64::from(lead.days));
    let near = end <= now.plus_days(i64::from(lead.nearest));
    let (user, group) = (membership.user, membership.group);
    long && !near && world.holds(user, group, membership.kind, end).is_none()
}

fn notice(world: &World, lead: Lead, membership: &Membership, end: Timestamp) -> Option<Notice> {
    let (user, group) = (world.user(membership.user)?, world.group(membership.group)?);
    let about = About::Ending {
        grant: Grant {
            group: group.id,
            name: group.name.to_string(),
            kind: membership.kind,
        },
        until: end,
        days: lead.days,
    };
    Notice::new(world, user, about)
}

/// What there is to tell about tokens whose end came near between `from` and `now`, each with a key that is its own. They
/// are told to whom they are of; those of a service to whom it reports to, or to the admins.
///
/// A token is not told that another of its name outlives, nor one that lasts no longer than twice as long as the lead.
#[must_use]
pub fn tokens_ending(
    world: &World,
    lead: Lead,
    from: Timestamp,
    now: Timestamp,
) -> Vec<(String, Notice)> {
    let days = i64::from(lead.days);
    let mut all = Vec::new();
    for token in world.tokens_ending(from.plus_days(days), now.plus_days(days)) {
        let (Some(name), Some(end), Some(user)) = (
            token.token(),
            token.validity.until.instant(),
            world.user(token.user),
        ) else {
            continue;
        };
        let long = end > token.validity.from.plus_days(2 * days);
        let near = end <= now.plus_days(i64::from(lead.nearest));
        if !long || near || is_replaced(world, token) {
            continue;
        }
        for to in responsible(world, user, now) {
            let of = (to.id != user.id).then(|| (user.login.to_string(), user.name.to_string()));
            let about = About::TokenEnding {
                token: name.to_string(),
                of,
                until: end,
                days: lead.days,
            };
            let key = format!("token-ends:{}:{}d:{}", token.id, lead.days, to.id);
            all.extend(Notice::new(world, to, about).map(|notice| (key, notice)));
        }
    }
    all
}

/// Whether another token of its name holds for longer.
fn is_replaced(world: &World, token: &Credential) -> bool {
    let mut others = world.credentials_of(token.user);
    others
        .any(|other| other.token() == token.token() && other.validity.until > token.validity.until)
}

/// Who sees to what a user needs: they themselves; for a program whom it reports to, or the admins.
fn responsible<'w>(world: &'w World, user: &'w User, now: Timestamp) -> Vec<&'w User> {
    if user.kind == UserKind::Person {
        return vec![user];
    }
    let manager = user.manager.and_then(|id| world.user(id));
    match manager.filter(|it| it.kind == UserKind::Person) {
        Some(manager) => vec![manager],
        None => world.admins(None, now),
    }
}
