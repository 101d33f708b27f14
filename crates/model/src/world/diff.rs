//! The difference of two worlds in people × access: who gains what, who loses what, whose end
//! moves. A preview is the diff of the world as it is and a copy with the change applied.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Ix, World};
use crate::{Expiry, Group, Id, MembershipKind, Timestamp, User, name::PermissionName};

/// Who gains, who loses, whose end moves.
///
/// # Examples
/// ```
/// use portcullis_model::*;
/// # use portcullis_model::{name::Login, record::Authority};
/// # let id = |n: u128| uuid::Uuid::from_u128(n);
/// # let ada = User {
/// #     id: Id::new(id(1)),
/// #     source: None,
/// #     login: Login::parse("ada").unwrap(),
/// #     name: Name::parse("Ada").unwrap(),
/// #     email: None,
/// #     kind: UserKind::Person,
/// #     manager: None,
/// #     attributes: Default::default(),
/// # };
/// # let team = Group {
/// #     id: Id::new(id(2)),
/// #     source: None,
/// #     name: Name::parse("Team").unwrap(),
/// #     description: Description::default(),
/// #     kind: GroupKind::Group,
/// #     authority: Authority::Portcullis,
/// #     tags: Vec::new(),
/// # };
/// # let now: Timestamp = "2026-03-01T09:00:00Z".parse().unwrap();
/// # let joins = Membership {
/// #     id: Id::new(id(3)),
/// #     user: ada.id,
/// #     group: team.id,
/// #     kind: MembershipKind::Member,
/// #     validity: Validity::new(now, Expiry::at(now.plus_days(7))),
/// #     reason: Reason::default(),
/// #     granted_by: Actor::System(SystemActor::Demo),
/// #     request: None,
/// # };
/// let company = ChangeSet::new(OperationName::GroupCreate)
///     .with(Edit::create(ada.clone()))
///     .with(Edit::create(team.clone()));
/// let world = World::default().after(&company)?;
///
/// let change = ChangeSet::new(OperationName::GroupAddPeople).with(Edit::create(joins));
/// let preview = world.diff(&world.after(&change)?, now);
///
/// assert_eq!((preview.people(), preview.gains.len(), preview.losses.len()), (1, 1, 0));
/// assert_eq!(preview.gains[0].after, Some(Expiry::at(now.plus_days(7))));
/// # Ok::<(), Refusal>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Diff {
    /// What people have after and had not before.
    pub gains: Vec<DiffLine>,
    /// What people had before and have not after.
    pub losses: Vec<DiffLine>,
    /// What people have before and after, with another end.
    pub changes: Vec<DiffLine>,
}

/// One person and one thing they have.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DiffLine {
    /// Who.
    pub user: Id<User>,
    /// What.
    #[serde(flatten)]
    pub what: What,
    /// Until when before, if they had it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Expiry>,
    /// Until when after, if they have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Expiry>,
}

/// A thing one can have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// A place in a group.
    Group {
        /// Which.
        group: Id<Group>,
        /// As what.
        kind: MembershipKind,
    },
    /// A permission.
    Permission {
        /// Which.
        permission: PermissionName,
    },
}

impl Diff {
    /// Whether nobody's access differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.gains.is_empty() && self.losses.is_empty() && self.changes.is_empty()
    }

    /// How many people it concerns.
    #[must_use]
    pub fn people(&self) -> usize {
        let all = self.gains.iter().chain(&self.losses).chain(&self.changes);
        all.map(|line| line.user).collect::<BTreeSet<_>>().len()
    }

    fn compare(
        &mut self,
        what: &What,
        before: &[(Id<User>, Expiry)],
        after: &[(Id<User>, Expiry)],
    ) {
        let (mut b, mut a) = (before.iter().peekable(), after.iter().peekable());
        let line = |user, before, after| DiffLine {
            user,
            what: what.clone(),
            before,
            after,
        };
        loop {
            match (b.peek(), a.peek()) {
                (None, None) => break,
                (Some(&&(user, ends)), other) if other.is_none_or(|&&(next, _)| user < next) => {
                    self.losses.push(line(user, Some(ends), None));
                    b.next();
                }
                (Some(&&(user, was)), Some(&&(next, is))) if user == next => {
                    if was != is {
                        self.changes.push(line(user, Some(was), Some(is)));
                    }
                    b.next();
                    a.next();
                }
                (_, Some(&&(user, ends))) => {
                    self.gains.push(line(user, None, Some(ends)));
                    a.next();
                }
                (Some(_), None) => unreachable!("the second arm takes it"),
            }
        }
    }
}

impl World {
    /// What differs between this world and `after`, both at `now`. Cheap when one was made from
    /// the other; right for any two.
    #[must_use]
    pub fn diff(&self, after: &Self, now: Timestamp) -> Diff {
        self.diff_at(now, after, now)
    }

    /// What differs between this world at `now` and `after` at `then`.
    #[must_use]
    pub fn diff_at(&self, now: Timestamp, after: &Self, then: Timestamp) -> Diff {
        let touched = if now == then {
            self.touched_groups(after)
        } else {
            self.all_groups(after)
        };
        let mut diff = Diff::default();
        // By key: `Site:Write` and `site:write` are one permission.
        let mut permissions = BTreeMap::new();
        for group in touched {
            for kind in MembershipKind::ALL {
                let what = What::Group { group, kind };
                let (was, is) = (
                    self.ends_in(group, kind, now),
                    after.ends_in(group, kind, then),
                );
                diff.compare(&what, &was, &is);
            }
            for entitlement in self
                .entitlements_of(group)
                .chain(after.entitlements_of(group))
            {
                if let Some(permission) = entitlement.grant.named() {
                    let name = permissions
                        .entry(permission.name.key())
                        .or_insert_with(|| permission.name.clone());
                    *name = name.clone().min(permission.name.clone());
                }
            }
        }
        for permission in permissions.into_values() {
            let was = self.by_id(self.who_can_ends(&permission, None, now));
            let is = after.by_id(after.who_can_ends(&permission, None, then));
            diff.compare(&What::Permission { permission }, &was, &is);
        }
        diff
    }

    fn ends_in(
        &self,
        group: Id<Group>,
        kind: MembershipKind,
        now: Timestamp,
    ) -> Vec<(Id<User>, Expiry)> {
        self.group_ix
            .get(&group.uuid())
            .map_or_else(Vec::new, |ix| self.by_id(self.holder_ends(*ix, kind, now)))
    }

    fn by_id(&self, ends: Vec<(Ix, Expiry)>) -> Vec<(Id<User>, Expiry)> {
        let mut all: Vec<_> = ends
            .into_iter()
            .filter_map(|(ix, ends)| Some((self.user_at(ix)?.user.id, ends)))
            .collect();
        all.sort_unstable();
        all
    }

    fn all_groups(&self, other: &Self) -> BTreeSet<Id<Group>> {
        self.groups()
            .chain(other.groups())
            .map(|group| group.id)
            .collect()
    }

    /// The groups whose effective members may differ: those that are not the same value in both,
    /// and all that their members get into, in either.
    fn touched_groups(&self, other: &Self) -> BTreeSet<Id<Group>> {
        let mut touched = BTreeSet::new();
        let mut todo = Vec::new();
        for ix in self.groups.unshared(&other.groups) {
            let (a, b) = (self.groups.get(ix), other.groups.get(ix));
            let same = match (a, b) {
                (Some(Some(a)), Some(Some(b))) => std::sync::Arc::ptr_eq(a, b),
                (Some(None) | None, Some(None) | None) => true,
                _ => false,
            };
            if !same {
                let nodes = a.into_iter().chain(b).flatten();
                todo.extend(nodes.map(|node| node.group.id));
            }
        }
        while let Some(id) = todo.pop() {
            if touched.insert(id) {
                todo.extend(
                    self.targets_of(id)
                        .chain(other.targets_of(id))
                        .map(|i| i.target),
                );
            }
        }
        touched
    }
}
