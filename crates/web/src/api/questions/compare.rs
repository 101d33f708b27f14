//! Compare what two people have.

use std::collections::BTreeMap;

use portcullis_app::decide::Moment;
use portcullis_model::{Expiry, Group, Id, MembershipKind, User};

use crate::api::{
    Answer, Finds, Key, Paging, Read,
    list::Window,
    query, row,
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

row! {
    /// What two people have.
    pub(crate) struct Comparison<'w> of(
        a: &'w User,
        b: &'w User,
        groups: Vec<PlaceOfBoth<'w>>,
        permissions: Vec<PermissionOfBoth<'w>>,
        window: &mut Window,
    ) where {
        let counts = [groups.len(), permissions.len()];
    } {
        a: Person<'w> = Person::of(a),
        b: Person<'w> = Person::of(b),
        /// Places in groups, by the group's name.
        groups: Vec<PlaceOfBoth<'w>> = window.of(groups, |place| place),
        group_count: usize = counts[0],
        /// Permissions, by name.
        permissions: Vec<PermissionOfBoth<'w>> = window.of(permissions, |one| one),
        permission_count: usize = counts[1],
        /// What to send as `after` for what follows in these lists; null at their ends.
        next: Option<String> = window.next(),
    }
}

row! {
    /// A place in a group that one or both have. The end is missing for who has it not.
    pub(crate) struct PlaceOfBoth<'w> of(
        group: GroupRef<'w>,
        kind: MembershipKind,
        ends: Ends,
    ) {
        group: GroupRef<'w> = group,
        kind: Place = kind.into(),
        #[serde(flatten)]
        ends: EndsOfBoth = EndsOfBoth::of(ends),
    }
}

row! {
    /// A permission that one or both have. The end is missing for who has it not.
    pub(crate) struct PermissionOfBoth<'w> of(permission: &'w str, ends: Ends) {
        permission: &'w str = permission,
        #[serde(flatten)]
        ends: EndsOfBoth = EndsOfBoth::of(ends),
    }
}

/// Until when the one and the other have something, if they have it.
type Ends = [Option<Expiry>; 2];

row! {
    /// Until when each has it; missing for who has it not.
    pub(crate) struct EndsOfBoth of(ends: Ends) {
        a?: Option<Until> = ends[0].map(Until),
        b?: Option<Until> = ends[1].map(Until),
    }
}

/// Compare two people
///
/// What the one has and the other has not, and what both have.
#[utoipa::path(get, path = "/compare", tag = "questions", params(Pair, Paging), responses((status = 200, body = Comparison)))]
pub(crate) async fn compare(read: Read<(Pair, Paging)>) -> Answer {
    let (pair, paging) = &read.query;
    let (world, now) = (&*read.world, read.now);
    let decider = read.web.decider();
    let (a, b) = (read.one(&pair.a)?, read.one(&pair.b)?);
    let mut groups = BTreeMap::<(&str, Id<Group>, MembershipKind), Ends>::new();
    let mut permissions = BTreeMap::<&str, Ends>::new();
    for (one, user) in [a, b].into_iter().enumerate() {
        for (group, kind, until) in world.groups_of(user.id, now) {
            groups.entry((&group.name, group.id, kind)).or_default()[one] = Some(until);
        }
        for access in decider.permissions_of(Moment::new(world, now), user) {
            let ends = permissions.entry(&access.permission.name).or_default();
            // Where one has it twice, the latest end counts.
            ends[one] = ends[one].max(Some(access.until));
        }
    }
    let groups = groups
        .into_iter()
        .map(|((_, id, kind), ends)| PlaceOfBoth::of(GroupRef::by_id(world, id), kind, ends));
    let permissions = permissions.into_iter();
    let permissions = permissions.map(|(name, ends)| PermissionOfBoth::of(name, ends));
    read.answer(&Comparison::of(
        a,
        b,
        groups.collect(),
        permissions.collect(),
        &mut paging.window()?,
    ))
}
