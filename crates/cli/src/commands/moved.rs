//! Who comes into groups and who leaves them by a change that is not made yet.

use std::collections::HashMap;

use portcullis_model::{Change, Group, Id, Membership, MembershipKind, User, World};
use serde::Serialize;

/// So many of each are listed for programs, and so many for people.
const MOST: usize = 1_000;
const MOST_SHOWN: usize = 20;

/// Who comes and who leaves.
#[derive(Default, Serialize)]
pub(super) struct Moved {
    joins: Places,
    leaves: Places,
}

#[derive(Default, Serialize)]
struct Places {
    count: usize,
    /// The first of them.
    first: Vec<Place>,
}

#[derive(Serialize)]
struct Place {
    login: String,
    group: String,
    kind: MembershipKind,
}

impl Moved {
    /// By these edits of the world.
    pub(super) fn by<'c>(
        world: &'c World,
        changes: impl Iterator<Item = &'c Change> + Clone,
    ) -> Self {
        let (mut users, mut groups) = (HashMap::new(), HashMap::new());
        for change in changes.clone() {
            match change {
                Change::User(edit) => users.extend(edit.subject().map(|user| (user.id, user))),
                Change::Group(edit) => {
                    groups.extend(edit.subject().map(|group| (group.id, group)));
                }
                _ => {}
            }
        }
        let login = |id: Id<User>| {
            let user = users.get(&id).copied().or_else(|| world.user(id));
            user.map_or_else(|| id.to_string(), |user| user.login.to_string())
        };
        let group = |id: Id<Group>| {
            let group = groups.get(&id).copied().or_else(|| world.group(id));
            group.map_or_else(|| id.to_string(), |group| group.name.to_string())
        };
        let mut moved = Self::default();
        for change in changes {
            let Change::Membership(edit) = change else {
                continue;
            };
            let (places, fact): (_, &Membership) = match (&edit.before, &edit.after) {
                (None, Some(joins)) => (&mut moved.joins, joins),
                (Some(leaves), None) => (&mut moved.leaves, leaves),
                _ => continue,
            };
            places.count += 1;
            if places.first.len() < MOST {
                places.first.push(Place {
                    login: login(fact.user),
                    group: group(fact.group),
                    kind: fact.kind,
                });
            }
        }
        moved
    }

    /// In lines, who leaves first.
    pub(super) fn in_lines(&self) -> String {
        let mut text = String::new();
        for (places, verb) in [(&self.leaves, "leaves"), (&self.joins, "joins")] {
            for place in places.first.iter().take(MOST_SHOWN) {
                let Place { login, group, kind } = place;
                text.push_str(&format!("\n  {login} {verb} {group} as {kind}"));
            }
            if let Some(more @ 1..) = places.count.checked_sub(MOST_SHOWN) {
                text.push_str(&format!("\n  and {more} more; --json lists them"));
            }
        }
        text
    }
}
