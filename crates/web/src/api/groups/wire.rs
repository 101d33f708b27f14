//! Groups on the wire: who is in them, what leads into them, what they confer.

use portcullis_model::{
    Edit, Entitlement, Grant, Group, Id, Inclusion, Membership, MembershipKind, Timestamp, World,
};

use super::members::GrantBody;
use crate::api::{
    Answer, Done,
    list::Window,
    row, shown,
    tags::Demands,
    wire::{ActorRef, GroupKindBody, GroupRef, IdBody, Named, Person, Place, Rows, Time, Until},
};

row! {
    /// A group in a list.
    pub(crate) struct GroupRow<'w> of(world: &'w World, group: &'w Group) {
        id: IdBody = group.id.into(),
        name: &'w str = &group.name,
        kind: GroupKindBody = group.kind.into(),
        description: &'w str = &group.description,
        /// The app it belongs to.
        app?: Option<Named<'w>> = group.app().and_then(|app| world.app(app)).map(Named::app),
        /// Whether its owners own its app.
        owners_group: bool = group.is_owners_group(),
        /// Whether Portcullis is the authority over it.
        managed: bool = group.is_managed(),
        /// The tags in force on it: its own and its app's.
        tags: Vec<Named<'w>> = world.tags_on(group).map(Named::tag).collect(),
    }
}

row! {
    /// A group with what holds for it.
    pub(crate) struct GroupDetail<'w> of(
        world: &'w World,
        group: &'w Group,
        now: Timestamp,
        window: &mut Window,
    ) where {
        let own = group.tags.iter().filter_map(|tag| world.tag(*tag));
        let conferred: Vec<_> = world.entitlements_of(group.id).collect();
    } {
        #[serde(flatten)]
        row: GroupRow<'w> = GroupRow::of(world, group),
        /// The tags set on the group itself.
        own_tags: Vec<Named<'w>> = window.of(own, Named::tag),
        /// What the tags demand together.
        constraints: Demands = Demands(world.constraints_on(group)),
        /// How many members it has, directly or through roles.
        member_count: usize = world.holder_count(group.id, MembershipKind::Member, now),
        /// How many owners it has, directly or through roles.
        owner_count: usize = world.holder_count(group.id, MembershipKind::Owner, now),
        /// What membership confers.
        entitlements: Vec<EntitlementRow<'w>> =
            window.of(&conferred, |entitlement| EntitlementRow::of(world, entitlement)),
        entitlement_count: usize = conferred.len(),
        /// What to send as `after` for what follows in these lists; null at their ends.
        next: Option<String> = window.next(),
    }
}

row! {
    /// Something a group confers.
    pub(crate) struct EntitlementRow<'w> of(world: &'w World, entitlement: &'w Entitlement) {
        id: IdBody = entitlement.id.into(),
        /// What it is, with the members of its kind: `permission` and `environments` (none means
        /// everywhere), `list`, `priority`, `rules` and `cases`, or as they are sent.
        #[serde(flatten)]
        #[schema(value_type = GrantBody)]
        grant: &'w Grant = &entitlement.grant,
        from: Time = Time(entitlement.validity.from),
        until: Until = Until(entitlement.validity.until),
        reason: &'w str = &entitlement.reason,
        granted_by: ActorRef<'w> = ActorRef::of(world, entitlement.granted_by),
    }
}

row! {
    /// A direct membership or ownership.
    pub(crate) struct MembershipRow<'w> called(
        world: &'w World,
        membership: &'w Membership,
        user: Option<&'w str>,
        group: Option<&'w str>,
    ) {
        id: IdBody = membership.id.into(),
        user: Person<'w> = Person::called(world, membership.user, user),
        group: GroupRef<'w> = GroupRef::called(world, membership.group, group),
        kind: Place = membership.kind.into(),
        from: Time = Time(membership.validity.from),
        until: Until = Until(membership.validity.until),
        reason: &'w str = &membership.reason,
        granted_by: ActorRef<'w> = ActorRef::of(world, membership.granted_by),
        /// The request it answers.
        request?: Option<IdBody> = membership.request.map(IdBody::from),
    }
}

impl<'w> MembershipRow<'w> {
    pub(crate) fn of(world: &'w World, membership: &'w Membership) -> Self {
        Self::called(world, membership, None, None)
    }
}

row! {
    /// A role, or nested group, in a group.
    pub(crate) struct InclusionRow<'w> called(
        world: &'w World,
        inclusion: &'w Inclusion,
        role: Option<&'w str>,
        group: Option<&'w str>,
    ) {
        id: IdBody = inclusion.id.into(),
        /// Whose members are meant.
        role: GroupRef<'w> = GroupRef::called(world, inclusion.child, role),
        /// What they get into.
        group: GroupRef<'w> = GroupRef::called(world, inclusion.target, group),
        kind: Place = inclusion.kind.into(),
        from: Time = Time(inclusion.validity.from),
        until: Until = Until(inclusion.validity.until),
        reason: &'w str = &inclusion.reason,
        granted_by: ActorRef<'w> = ActorRef::of(world, inclusion.granted_by),
    }
}

impl<'w> InclusionRow<'w> {
    /// Those that are not over, by the name of the `other` group.
    pub(crate) fn lasting(
        world: &'w World,
        now: Timestamp,
        all: impl Iterator<Item = &'w Inclusion>,
        other: fn(&Inclusion) -> Id<Group>,
    ) -> Vec<&'w Inclusion> {
        let mut all: Vec<_> = all.filter(|i| !i.validity.until.is_past(now)).collect();
        all.sort_by_key(|i| (world.group(other(i)).map(|group| &group.name), i.kind));
        all
    }

    pub(crate) fn of(world: &'w World, inclusion: &'w Inclusion) -> Self {
        Self::called(world, inclusion, None, None)
    }
}

shown!(Group: group, |group, done| {
    GroupDetail::of(done.world, group, done.now, &mut Window::at(0))
});

/// Whose places a change added, moved or ended, in the world after it.
pub(crate) fn memberships(done: &Done<'_>) -> Answer {
    let edits = done.change.edits().filter_map(Edit::subject);
    let row = |membership| MembershipRow::of(done.world, membership);
    done.answer(&Rows::of(edits.map(row)))
}

/// The roles a change attached, moved or detached, in the world after it.
pub(crate) fn inclusions(done: &Done<'_>) -> Answer {
    let edits = done.change.edits().filter_map(Edit::subject);
    let row = |inclusion| InclusionRow::of(done.world, inclusion);
    done.answer(&Rows::of(edits.map(row)))
}
