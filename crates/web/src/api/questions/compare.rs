//! Compare what two people have.

use std::collections::BTreeMap;

use portcullis_app::decide::Moment;
use portcullis_model::{Group, Id, MembershipKind, User};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    Answer, Finds, Key, Read, query,
    wire::{GroupRef, Person, Place, Until},
};

query! {
    /// Which two people.
    pub(crate) struct Pair {
        /// The one: an id, a login or `@me`.
        a: Needed<Key<User>>,
        /// The other: an id, a login or `@me`.
        b: Needed<Key<User>>,
    }
}

/// What two people have.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Comparison<'w> {
    a: Person<'w>,
    b: Person<'w>,
    /// Places in groups, by the group's name.
    groups: Vec<PlaceOfBoth<'w>>,
    /// Permissions, by name.
    permissions: Vec<PermissionOfBoth<'w>>,
}

/// A place in a group that one or both have. The end is missing for who has it not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlaceOfBoth<'w> {
    group: GroupRef<'w>,
    kind: Place,
    #[serde(flatten)]
    ends: EndsOfBoth,
}

/// A permission that one or both have. The end is missing for who has it not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PermissionOfBoth<'w> {
    permission: &'w str,
    #[serde(flatten)]
    ends: EndsOfBoth,
}

/// Until when each has it; missing for who has it not.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub(crate) struct EndsOfBoth {
    #[serde(skip_serializing_if = "Option::is_none")]
    a: Option<Until>,
    #[serde(skip_serializing_if = "Option::is_none")]
    b: Option<Until>,
}

/// Where one of the two stands in [`EndsOfBoth`].
type Side = fn(&mut EndsOfBoth) -> &mut Option<Until>;

/// Compare two people
///
/// What the one has and the other has not, and what both have.
#[utoipa::path(get, path = "/compare", tag = "questions", params(Pair), responses((status = 200, body = Comparison)))]
pub(crate) async fn compare(read: Read<Pair>) -> Answer {
    let (world, now) = (&*read.world, read.now);
    let decider = read.web.decider();
    let (a, b) = (read.one(&read.query.a)?, read.one(&read.query.b)?);
    let mut groups: BTreeMap<(&str, Id<Group>, MembershipKind), (&Group, EndsOfBoth)> =
        BTreeMap::new();
    let mut permissions: BTreeMap<&str, EndsOfBoth> = BTreeMap::new();
    let sides: [(&User, Side); 2] = [(a, |ends| &mut ends.a), (b, |ends| &mut ends.b)];
    for (user, side) in sides {
        for (group, kind, until) in world.groups_of(user.id, now) {
            let both = groups
                .entry((&group.name, group.id, kind))
                .or_insert((group, EndsOfBoth::default()));
            *side(&mut both.1) = Some(Until(until));
        }
        for access in decider.permissions_of(Moment::new(world, now), user) {
            let end = side(permissions.entry(&access.permission.name).or_default());
            let latest = end.map_or(access.until, |Until(end)| end.max(access.until));
            *end = Some(Until(latest));
        }
    }
    read.answer(&Comparison {
        a: Person::of(a),
        b: Person::of(b),
        groups: groups
            .into_iter()
            .map(|((_, _, kind), (group, ends))| PlaceOfBoth {
                group: GroupRef::of(world, group),
                kind: kind.into(),
                ends,
            })
            .collect(),
        permissions: permissions
            .into_iter()
            .map(|(permission, ends)| PermissionOfBoth { permission, ends })
            .collect(),
    })
}
