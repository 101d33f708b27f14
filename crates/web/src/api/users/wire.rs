//! Users on the wire, and what they have.

use portcullis_app::decide::{Decider, Moment};
use portcullis_model::{
    Id, Noun, Timestamp, User, UserKind, World,
    world::{Access, Path, PermissionAccess},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    Answer, Done, Shown, choice,
    groups::wire::MembershipRow,
    wire::{ActorRef, Attributes, GroupRef, IdBody, Person, Place, Until},
};

choice! {
    /// What a user is.
    pub(crate) enum UserKindBody for UserKind {
        /// A human being.
        Person = "person",
        /// A program.
        Service = "service",
    }
}

/// A user in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserRow<'w> {
    id: IdBody,
    login: &'w str,
    name: &'w str,
    email: Option<&'w str>,
    kind: UserKindBody,
    manager: Option<Person<'w>>,
}

impl<'w> UserRow<'w> {
    pub(crate) fn of(world: &'w World, user: &'w User) -> Self {
        Self {
            id: user.id.into(),
            login: &user.login,
            name: &user.name,
            email: user.email.as_deref(),
            kind: user.kind.into(),
            manager: user.manager.map(|id| Person::by_id(world, id)),
        }
    }
}

/// A user with everything they have and through what.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserDetail<'w> {
    #[serde(flatten)]
    row: UserRow<'w>,
    /// Profile attributes.
    #[schema(value_type = Object)]
    attributes: &'w Attributes,
    /// Whether they are an admin.
    admin: bool,
    /// Where they are, directly or through roles, with every way that leads there.
    access: Vec<AccessRow<'w>>,
    /// What they may do, and through which group.
    permissions: Vec<PermissionRow<'w>>,
    /// Their direct memberships and ownerships, also those that have not begun.
    direct: Vec<MembershipRow<'w>>,
}

impl<'w> UserDetail<'w> {
    pub(crate) fn of(decider: &Decider, world: &'w World, user: &'w User, now: Timestamp) -> Self {
        let mut direct: Vec<_> = world
            .direct_of_user(user.id)
            .filter(|membership| !membership.validity.until.is_past(now))
            .collect();
        direct.sort_by_key(|membership| (membership.validity.from, membership.id));
        Self {
            row: UserRow::of(world, user),
            attributes: &user.attributes,
            admin: world.is_admin(user.id, now),
            access: world
                .access_of(user.id, now)
                .iter()
                .map(|access| AccessRow::of(world, access))
                .collect(),
            permissions: decider
                .permissions_of(Moment::new(world, now), user)
                .iter()
                .map(|access| PermissionRow::of(world, access))
                .collect(),
            direct: direct
                .into_iter()
                .map(|m| MembershipRow::of(world, m))
                .collect(),
        }
    }
}

/// A place in a group with the ways that lead there.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccessRow<'w> {
    group: GroupRef<'w>,
    kind: Place,
    until: Until,
    /// Whether one of the ways is a direct membership or ownership.
    direct: bool,
    /// The ways, shortest first.
    paths: Vec<PathRow<'w>>,
}

impl<'w> AccessRow<'w> {
    pub(crate) fn of(world: &'w World, access: &Access<'w>) -> Self {
        Self {
            group: GroupRef::of(world, access.group),
            kind: access.kind.into(),
            until: Until(access.until),
            direct: access.paths.iter().any(Path::is_direct),
            paths: access
                .paths
                .iter()
                .map(|path| PathRow::of(world, path))
                .collect(),
        }
    }
}

/// One way into a group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PathRow<'w> {
    /// The earliest end along it.
    until: Until,
    /// The groups along it, in order.
    steps: Vec<StepRow<'w>>,
    /// Why the first step was granted.
    reason: &'w str,
    granted_by: ActorRef<'w>,
}

impl<'w> PathRow<'w> {
    pub(crate) fn of(world: &'w World, path: &Path<'w>) -> Self {
        let steps = path.steps(world).into_iter();
        Self {
            until: Until(path.until),
            steps: steps
                .map(|step| StepRow {
                    group: GroupRef::of(world, step.group),
                    kind: step.kind.into(),
                    until: Until(step.until),
                })
                .collect(),
            reason: &path.direct.reason,
            granted_by: ActorRef::of(world, path.direct.granted_by),
        }
    }
}

/// One group on a way.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StepRow<'w> {
    group: GroupRef<'w>,
    kind: Place,
    until: Until,
}

/// A permission somebody has through a group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PermissionRow<'w> {
    permission: &'w str,
    /// Where it holds; empty means everywhere.
    environments: Vec<&'w str>,
    /// The group that confers it.
    group: GroupRef<'w>,
    until: Until,
}

impl<'w> PermissionRow<'w> {
    pub(crate) fn of(world: &'w World, access: &PermissionAccess<'w>) -> Self {
        Self {
            permission: &access.permission.name,
            environments: access
                .permission
                .environments
                .iter()
                .map(|e| &**e)
                .collect(),
            group: GroupRef::of(world, access.group),
            until: Until(access.until),
        }
    }
}

impl Shown for User {
    const NOUN: Noun = Noun::User;

    fn written<'d>(done: &Done<'d>, id: Id<Self>) -> Option<&'d Self> {
        done.world.user(id)
    }

    fn show(&self, done: &Done<'_>) -> Answer {
        done.answer(&UserDetail::of(done.decider, done.world, self, done.now))
    }
}
