//! Whose access ends soon. Nothing is committed when an end comes near: a task asks, for each stretch of time once.

use portcullis_model::{Membership, Timestamp, World};

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
    Notice::new(user, about)
}
