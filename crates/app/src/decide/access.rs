//! What people may use, and what of it differs between two worlds. An index only proposes: whether
//! somebody may use a permission is asked of the evaluator, here as everywhere.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::{
    Diff, Expiry, Id, MembershipKind, Timestamp, User, World,
    entitlement::{PERMISSION_ACTION, PERMISSION_TYPE},
    name::{self, PermissionName},
    world::{DiffLine, PermissionAccess, What},
};
use portcullis_rules::{Effect, RuleList};

use super::{Decider, Types};

/// More answers than this are not asked for in one comparison; people beyond are counted.
const MOST_ASKED: usize = 100_000;

/// A world at an instant.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'w> {
    /// The facts.
    pub world: &'w World,
    /// When.
    pub now: Timestamp,
}

impl<'w> Moment<'w> {
    /// `world` at `now`.
    #[must_use]
    pub const fn new(world: &'w World, now: Timestamp) -> Self {
        Self { world, now }
    }
}

/// Whether lists of rules speak of permissions, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spoken {
    /// Some list allows or denies the use of permissions.
    pub(super) any: bool,
    /// Some list allows it.
    pub(super) allows: bool,
}

impl Spoken {
    /// By the lists that hold at that moment.
    pub(super) fn at(moment: Moment<'_>) -> Self {
        let lists = moment
            .world
            .entitlements()
            .filter(|e| e.validity.contains(moment.now));
        lists.fold(Self::default(), |so_far, e| so_far.and(&e.grant.rules()))
    }

    fn and(self, rules: &RuleList) -> Self {
        let mut speaking = rules.0.iter().filter(|rule| {
            rule.types.contains(PERMISSION_TYPE) && rule.actions.contains(PERMISSION_ACTION)
        });
        let first = speaking.next();
        let allows = first
            .into_iter()
            .chain(speaking)
            .any(|rule| rule.effect == Effect::Allow);
        Self {
            any: self.any || first.is_some(),
            allows: self.allows || allows,
        }
    }
}

impl Decider {
    /// Until when `user` may use `permission` in `environment` (anywhere, if not given), if at all:
    /// the latest end over all ways to it, or that of the rule that allows it where none leads.
    #[must_use]
    pub fn permission_until(
        &self,
        moment: Moment<'_>,
        user: &User,
        permission: &str,
        environment: Option<&str>,
    ) -> Option<Expiry> {
        let held = moment.world.permissions_of(user.id, moment.now);
        self.until(moment, user, &held, permission, environment)
    }

    /// The same, where it is known what groups confer on `user`.
    fn until(
        &self,
        Moment { world, now }: Moment<'_>,
        user: &User,
        held: &[PermissionAccess<'_>],
        permission: &str,
        environment: Option<&str>,
    ) -> Option<Expiry> {
        let by_rule = self.may_use(world, user, permission, environment, now)?;
        let key = name::key(permission);
        let held = held.iter().filter(|held| {
            held.permission.name.key() == key && held.permission.holds_in(environment)
        });
        Some(held.map(|held| held.until).max().unwrap_or(by_rule))
    }

    /// Every permission that `user` may use, by name and group: what groups confer and no list of
    /// rules denies, and what a list allows of all that any group confers.
    #[must_use]
    pub fn permissions_of<'w>(
        &self,
        moment: Moment<'w>,
        user: &'w User,
    ) -> Vec<PermissionAccess<'w>> {
        let Moment { world, now } = moment;
        let mut all = world.permissions_of(user.id, now);
        let lists = world.held_by(user.id, now).into_iter();
        let lists = lists.filter_map(|held| world.entitlement(held.entitlement.id));
        let spoken = lists.fold(Spoken::default(), |so_far, e| so_far.and(&e.grant.rules()));
        if !spoken.any {
            return all;
        }
        all.retain(|held| {
            let permission = held.permission;
            let may = |place| {
                self.may_use(world, user, &permission.name, place, now)
                    .is_some()
            };
            if permission.environments.is_empty() {
                may(None)
            } else {
                permission.environments.iter().any(|place| may(Some(place)))
            }
        });
        if spoken.allows {
            let known: BTreeSet<String> = all.iter().map(|has| has.permission.name.key()).collect();
            let others = world.permission_names(now);
            let others = others.filter(|name| !known.contains(&name::key(name)));
            all.extend(others.filter_map(|name| self.by_list(moment, user, name)));
            all.sort_by(|a, b| {
                (&a.permission.name, &a.group.name).cmp(&(&b.permission.name, &b.group.name))
            });
        }
        all
    }

    /// A permission that no group confers on `user`, where a list of rules allows it all the same.
    fn by_list<'w>(
        &self,
        Moment { world, now }: Moment<'w>,
        user: &User,
        permission: &str,
    ) -> Option<PermissionAccess<'w>> {
        let answer = self.uses(world, user, permission, None, now);
        let (by, _) = answer.decided_by.filter(|_| answer.allowed)?;
        let (entitlement, group) = (world.entitlement(by.id)?, world.group(by.group)?);
        let held = world.holds(user.id, by.group, MembershipKind::Member, now)?;
        let mut conferred = world.conferring(permission, None, now);
        Some(PermissionAccess {
            permission: conferred.find_map(|(_, e)| e.grant.named())?,
            entitlement,
            group,
            until: held.min(by.validity.until),
        })
    }
}

/// Who has gained and lost what from one moment to another, and for how many people it was not
/// looked at what rules do to their permissions. `reached` are the people whom a change to rules
/// may reach besides those whose groups differ.
#[must_use]
pub fn access_diff(
    types: &Types,
    moments: [Moment<'_>; 2],
    reached: Option<&BTreeSet<Id<User>>>,
) -> (Diff, usize) {
    let [was, is] = moments;
    let mut diff = was.world.diff_at(was.now, is.world, is.now);
    let spoken = moments.map(Spoken::at);
    if !spoken.iter().any(|spoken| spoken.any) {
        return (diff, 0);
    }
    let lines = || diff.gains.iter().chain(&diff.losses).chain(&diff.changes);
    let mut people: BTreeSet<Id<User>> = lines().map(|line| line.user).collect();
    people.extend(reached.into_iter().flatten());
    let mut everything: BTreeMap<String, PermissionName> = BTreeMap::new();
    if spoken.iter().any(|spoken| spoken.allows) {
        for moment in moments {
            let names = moment.world.permission_names(moment.now);
            let names = names.filter_map(|name| moment.world.permission_as_written(name));
            everything.extend(names.map(|name| (name.key(), name.clone())));
        }
    }
    // One for each: at the same position the two worlds are not the same.
    let deciders = [(); 2].map(|()| Decider::new(types.clone()));
    let (mut asked, mut compared) = (0, BTreeSet::new());
    let mut found = Vec::new();
    for id in &people {
        let held = moments.map(|moment| moment.world.permissions_of(*id, moment.now));
        let mut names = everything.clone();
        let held_names = held.iter().flatten().map(|held| &held.permission.name);
        names.extend(held_names.map(|name| (name.key(), name.clone())));
        asked += 2 * names.len();
        if asked > MOST_ASKED {
            break;
        }
        compared.insert(*id);
        for permission in names.into_values() {
            let [before, after] = [0, 1].map(|side| {
                let moment: Moment<'_> = moments[side];
                let user = moment.world.user(*id)?;
                deciders[side].until(moment, user, &held[side], &permission, None)
            });
            found.push(DiffLine {
                user: *id,
                what: What::Permission { permission },
                before,
                after,
            });
        }
    }
    let kept = |line: &DiffLine| match line.what {
        What::Group { .. } => true,
        What::Permission { .. } => !compared.contains(&line.user),
    };
    for lines in [&mut diff.gains, &mut diff.losses, &mut diff.changes] {
        lines.retain(kept);
    }
    found.sort_by(|a, b| (&a.what, a.user).cmp(&(&b.what, b.user)));
    for line in found {
        match (line.before, line.after) {
            (None, None) => {}
            (None, Some(_)) => diff.gains.push(line),
            (Some(_), None) => diff.losses.push(line),
            (Some(was), Some(is)) if was != is => diff.changes.push(line),
            (Some(_), Some(_)) => {}
        }
    }
    (diff, people.len() - compared.len())
}

/// Who has gained and lost what between two times, as [`access_diff`]: rules may reach anybody.
#[must_use]
pub fn diff_between(types: &Types, moments: [Moment<'_>; 2]) -> (Diff, usize) {
    let everybody = moments.iter().flat_map(|moment| moment.world.users());
    let everybody = everybody.map(|user| user.id).collect();
    access_diff(types, moments, Some(&everybody))
}
