//! Users on the wire, and what they have.

use portcullis_app::decide::{Decider, Moment};
use portcullis_model::{
    Timestamp, User, UserKind, World,
    world::{Access, Path, PathStep, PermissionAccess},
};

use crate::api::{
    choice,
    groups::wire::MembershipRow,
    row, shown,
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

row! {
    /// A user in a list.
    pub(crate) struct UserRow<'w> of(world: &'w World, user: &'w User) {
        id: IdBody = user.id.into(),
        login: &'w str = &user.login,
        name: &'w str = &user.name,
        email: Option<&'w str> = user.email.as_deref(),
        kind: UserKindBody = user.kind.into(),
        manager: Option<Person<'w>> = user.manager.map(|id| Person::by_id(world, id)),
    }
}

row! {
    /// A user with everything they have and through what.
    pub(crate) struct UserDetail<'w> of(
        decider: &Decider,
        world: &'w World,
        user: &'w User,
        now: Timestamp,
    ) where {
        let mut direct: Vec<_> = world
            .direct_of_user(user.id)
            .filter(|membership| !membership.validity.until.is_past(now))
            .collect();
        direct.sort_by_key(|membership| (membership.validity.from, membership.id));
    } {
        #[serde(flatten)]
        row: UserRow<'w> = UserRow::of(world, user),
        /// Profile attributes.
        #[schema(value_type = Object)]
        attributes: &'w Attributes = &user.attributes,
        /// Whether they are an admin.
        admin: bool = world.is_admin(user.id, now),
        /// Where they are, directly or through roles, with every way that leads there.
        access: Vec<AccessRow<'w>> = world
            .access_of(user.id, now)
            .iter()
            .map(|access| AccessRow::of(world, access))
            .collect(),
        /// What they may do, and through which group.
        permissions: Vec<PermissionRow<'w>> = decider
            .permissions_of(Moment::new(world, now), user)
            .iter()
            .map(|access| PermissionRow::of(world, access))
            .collect(),
        /// Their direct memberships and ownerships, also those that have not begun.
        direct: Vec<MembershipRow<'w>> =
            direct.into_iter().map(|m| MembershipRow::of(world, m)).collect(),
    }
}

row! {
    /// A place in a group with the ways that lead there.
    pub(crate) struct AccessRow<'w> of(world: &'w World, access: &Access<'w>) {
        group: GroupRef<'w> = GroupRef::of(world, access.group),
        kind: Place = access.kind.into(),
        until: Until = Until(access.until),
        /// Whether one of the ways is a direct membership or ownership.
        direct: bool = access.paths.iter().any(Path::is_direct),
        /// The ways, shortest first.
        paths: Vec<PathRow<'w>> =
            access.paths.iter().map(|path| PathRow::of(world, path)).collect(),
    }
}

row! {
    /// One way into a group.
    pub(crate) struct PathRow<'w> of(world: &'w World, path: &Path<'w>) where {
        let steps = path.steps(world).into_iter();
    } {
        /// The earliest end along it.
        until: Until = Until(path.until),
        /// The groups along it, in order.
        steps: Vec<StepRow<'w>> = steps.map(|step| StepRow::of(world, step)).collect(),
        /// Why the first step was granted.
        reason: &'w str = &path.direct.reason,
        granted_by: ActorRef<'w> = ActorRef::of(world, path.direct.granted_by),
    }
}

row! {
    /// One group on a way.
    pub(crate) struct StepRow<'w> of(world: &'w World, step: PathStep<'w>) {
        group: GroupRef<'w> = GroupRef::of(world, step.group),
        kind: Place = step.kind.into(),
        until: Until = Until(step.until),
    }
}

row! {
    /// A permission somebody has through a group.
    pub(crate) struct PermissionRow<'w> of(world: &'w World, access: &PermissionAccess<'w>) {
        permission: &'w str = &access.permission.name,
        /// Where it holds; empty means everywhere.
        environments: Vec<&'w str> = access.permission.environments.iter().map(|e| &**e).collect(),
        /// The group that confers it.
        group: GroupRef<'w> = GroupRef::of(world, access.group),
        until: Until = Until(access.until),
    }
}

shown!(User: user, |user, done| UserDetail::of(done.decider, done.world, user, done.now));
