//! Groups on the wire: who is in them, what leads into them, what they confer.

use portcullis_model::{
    Edit, Entitlement, Grant, Group, Id, Inclusion, Membership, MembershipKind, Noun, Timestamp,
    World,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    Answer, Done, Shown,
    tags::wire::Demands,
    wire::{ActorRef, GroupKindBody, GroupRef, IdBody, Named, Person, Place, Rows, Time, Until},
};

/// A group in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroupRow<'w> {
    id: IdBody,
    name: &'w str,
    kind: GroupKindBody,
    description: &'w str,
    /// The app it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    app: Option<Named<'w>>,
    /// Whether its owners own its app.
    owners_group: bool,
    /// Whether Portcullis is the authority over it.
    managed: bool,
    /// The tags in force on it: its own and its app's.
    tags: Vec<Named<'w>>,
}

impl<'w> GroupRow<'w> {
    pub(crate) fn of(world: &'w World, group: &'w Group) -> Self {
        Self {
            id: group.id.into(),
            name: &group.name,
            kind: group.kind.into(),
            description: &group.description,
            app: group.app().and_then(|app| world.app(app)).map(Named::app),
            owners_group: group.is_owners_group(),
            managed: group.is_managed(),
            tags: world.tags_on(group).map(Named::tag).collect(),
        }
    }
}

/// A group with what holds for it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroupDetail<'w> {
    #[serde(flatten)]
    row: GroupRow<'w>,
    /// The tags set on the group itself.
    own_tags: Vec<Named<'w>>,
    /// What the tags demand together.
    constraints: Demands,
    /// How many members it has, directly or through roles.
    member_count: usize,
    /// How many owners it has, directly or through roles.
    owner_count: usize,
    /// What membership confers.
    entitlements: Vec<EntitlementRow<'w>>,
}

impl<'w> GroupDetail<'w> {
    pub(crate) fn of(world: &'w World, group: &'w Group, now: Timestamp) -> Self {
        let own = group.tags.iter().filter_map(|tag| world.tag(*tag));
        Self {
            row: GroupRow::of(world, group),
            own_tags: own.map(Named::tag).collect(),
            constraints: Demands(world.constraints_on(group)),
            member_count: world.holder_count(group.id, MembershipKind::Member, now),
            owner_count: world.holder_count(group.id, MembershipKind::Owner, now),
            entitlements: world
                .entitlements_of(group.id)
                .map(|entitlement| EntitlementRow::of(world, entitlement))
                .collect(),
        }
    }
}

/// Something a group confers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntitlementRow<'w> {
    id: IdBody,
    /// What it is, with members of its kind: `permission` and `environments` (none means
    /// everywhere), or `list`, `priority`, `rules` and `cases`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    grant: &'w Grant,
    from: Time,
    until: Until,
    reason: &'w str,
    granted_by: ActorRef<'w>,
}

impl<'w> EntitlementRow<'w> {
    pub(crate) fn of(world: &'w World, entitlement: &'w Entitlement) -> Self {
        Self {
            id: entitlement.id.into(),
            grant: &entitlement.grant,
            from: Time(entitlement.validity.from),
            until: Until(entitlement.validity.until),
            reason: &entitlement.reason,
            granted_by: ActorRef::of(world, entitlement.granted_by),
        }
    }
}

/// A direct membership or ownership.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MembershipRow<'w> {
    id: IdBody,
    user: Person<'w>,
    group: GroupRef<'w>,
    kind: Place,
    from: Time,
    until: Until,
    reason: &'w str,
    granted_by: ActorRef<'w>,
    /// The request it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<IdBody>,
}

impl<'w> MembershipRow<'w> {
    pub(crate) fn of(world: &'w World, membership: &'w Membership) -> Self {
        Self::called(world, membership, None, None)
    }

    /// With names for a user and a group the world may not know any more.
    pub(crate) fn called(
        world: &'w World,
        membership: &'w Membership,
        user: Option<&'w str>,
        group: Option<&'w str>,
    ) -> Self {
        Self {
            id: membership.id.into(),
            user: Person::called(world, membership.user, user),
            group: GroupRef::called(world, membership.group, group),
            kind: membership.kind.into(),
            from: Time(membership.validity.from),
            until: Until(membership.validity.until),
            reason: &membership.reason,
            granted_by: ActorRef::of(world, membership.granted_by),
            request: membership.request.map(IdBody::from),
        }
    }
}

/// A role, or nested group, in a group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InclusionRow<'w> {
    id: IdBody,
    /// Whose members are meant.
    role: GroupRef<'w>,
    /// What they get into.
    group: GroupRef<'w>,
    kind: Place,
    from: Time,
    until: Until,
    reason: &'w str,
    granted_by: ActorRef<'w>,
}

impl<'w> InclusionRow<'w> {
    /// Those that are not over, by the name of the `other` group.
    pub(crate) fn lasting(
        world: &'w World,
        now: Timestamp,
        all: impl Iterator<Item = &'w Inclusion>,
        other: fn(&Inclusion) -> Id<Group>,
    ) -> Vec<Self> {
        let mut all: Vec<_> = all.filter(|i| !i.validity.until.is_past(now)).collect();
        all.sort_by_key(|i| (world.group(other(i)).map(|group| &group.name), i.kind));
        all.into_iter().map(|i| Self::of(world, i)).collect()
    }

    pub(crate) fn of(world: &'w World, inclusion: &'w Inclusion) -> Self {
        Self::called(world, inclusion, None, None)
    }

    pub(crate) fn called(
        world: &'w World,
        inclusion: &'w Inclusion,
        role: Option<&'w str>,
        group: Option<&'w str>,
    ) -> Self {
        Self {
            id: inclusion.id.into(),
            role: GroupRef::called(world, inclusion.child, role),
            group: GroupRef::called(world, inclusion.target, group),
            kind: inclusion.kind.into(),
            from: Time(inclusion.validity.from),
            until: Until(inclusion.validity.until),
            reason: &inclusion.reason,
            granted_by: ActorRef::of(world, inclusion.granted_by),
        }
    }
}

impl Shown for Group {
    const NOUN: Noun = Noun::Group;

    fn written<'d>(done: &Done<'d>, id: Id<Self>) -> Option<&'d Self> {
        done.world.group(id)
    }

    fn show(&self, done: &Done<'_>) -> Answer {
        done.answer(&GroupDetail::of(done.world, self, done.now))
    }
}

/// Whose places a change added, moved or ended, in the world after it.
pub(crate) fn memberships(done: &Done<'_>) -> Answer {
    let edits = done.change.edits().filter_map(Edit::subject);
    let items = edits
        .map(|membership| MembershipRow::of(done.world, membership))
        .collect();
    done.answer(&Rows { items })
}

/// The roles a change attached, moved or detached, in the world after it.
pub(crate) fn inclusions(done: &Done<'_>) -> Answer {
    let edits = done.change.edits().filter_map(Edit::subject);
    let items = edits
        .map(|inclusion| InclusionRow::of(done.world, inclusion))
        .collect();
    done.answer(&Rows { items })
}
