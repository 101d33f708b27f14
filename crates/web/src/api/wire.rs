//! How things look on the wire: the shapes that several answers share.
//!
//! They borrow from the world they are taken from and are written to the answer at once.

#![allow(
    unused_qualifications,
    reason = "in what `ToSchema` derives for `Rows`"
)]

mod preview;
mod request;

use std::collections::{BTreeMap, BTreeSet};

use portcullis_app::{Preview, Warning};
use portcullis_model::{
    Actor, App, ChangeSet, Constraints, Diff, Entitlement, Expiry, Grant, Group, GroupKind, Id,
    Inclusion, Membership, MembershipKind, Request, State, Tag, Timestamp, User, UserKind,
    Validity, World,
    request::Resolution,
    world::{Access, DiffLine, Path, What},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat,
        schema::{AdditionalProperties, ArrayBuilder, SchemaType, Type},
    },
};
use uuid::Uuid;

pub(crate) use preview::{DiffRow, Edits, PreviewBody};
pub(crate) use request::{Labels, RequestRow};

use super::input::choice;

/// An id.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct IdBody(pub(crate) Uuid);

impl<T> From<Id<T>> for IdBody {
    fn from(id: Id<T>) -> Self {
        Self(id.uuid())
    }
}

impl PartialSchema for IdBody {
    fn schema() -> RefOr<Schema> {
        text(SchemaFormat::Custom("uuid".into()))
            .description(Some("An id."))
            .into()
    }
}
impl ToSchema for IdBody {}

/// An instant, RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Time(pub(crate) Timestamp);

impl PartialSchema for Time {
    fn schema() -> RefOr<Schema> {
        text(SchemaFormat::KnownFormat(KnownFormat::DateTime))
            .description(Some("An instant in UTC."))
            .into()
    }
}
impl ToSchema for Time {}

/// An end: an instant, or null for never.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Until(pub(crate) Expiry);

impl PartialSchema for Until {
    fn schema() -> RefOr<Schema> {
        text(SchemaFormat::KnownFormat(KnownFormat::DateTime))
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .description(Some(
                "The first instant at which it no longer holds; null for never.",
            ))
            .into()
    }
}
impl ToSchema for Until {}

fn text(format: SchemaFormat) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .format(Some(format))
}

choice! {
    /// How somebody is in a group.
    pub(crate) enum Place {
        /// Has what the group confers.
        Member = "member",
        /// Decides who is in it.
        Owner = "owner",
    }
}

impl From<MembershipKind> for Place {
    fn from(kind: MembershipKind) -> Self {
        match kind {
            MembershipKind::Member => Self::Member,
            MembershipKind::Owner => Self::Owner,
        }
    }
}

impl From<Place> for MembershipKind {
    fn from(place: Place) -> Self {
        match place {
            Place::Member => Self::Member,
            Place::Owner => Self::Owner,
        }
    }
}

choice! {
    /// What a group is.
    pub(crate) enum GroupKindBody {
        /// Just people.
        Group = "group",
        /// A job function.
        Role = "role",
        /// One of an app's groups.
        App = "app",
    }
}

impl From<GroupKind> for GroupKindBody {
    fn from(kind: GroupKind) -> Self {
        match kind {
            GroupKind::Group => Self::Group,
            GroupKind::Role => Self::Role,
            GroupKind::App { .. } => Self::App,
        }
    }
}

choice! {
    /// What a user is.
    pub(crate) enum UserKindBody {
        /// A human being.
        Person = "person",
        /// A program.
        Service = "service",
    }
}

impl From<UserKind> for UserKindBody {
    fn from(kind: UserKind) -> Self {
        match kind {
            UserKind::Person => Self::Person,
            UserKind::Service => Self::Service,
        }
    }
}

impl From<UserKindBody> for UserKind {
    fn from(sort: UserKindBody) -> Self {
        match sort {
            UserKindBody::Person => Self::Person,
            UserKindBody::Service => Self::Service,
        }
    }
}

/// A user, as mentioned anywhere. Login and name are null where the user is not known any more.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Person<'w> {
    id: IdBody,
    login: Option<&'w str>,
    name: Option<&'w str>,
}

impl<'w> Person<'w> {
    pub(crate) fn of(user: &'w User) -> Self {
        Self {
            id: user.id.into(),
            login: Some(&user.login),
            name: Some(&user.name),
        }
    }

    pub(crate) fn by_id(world: &'w World, id: Id<User>) -> Self {
        world.user(id).map_or(
            Self {
                id: id.into(),
                login: None,
                name: None,
            },
            Self::of,
        )
    }

    /// As [`Person::by_id`], called by `label` where the world does not know them any more.
    pub(crate) fn called(world: &'w World, id: Id<User>, label: Option<&'w str>) -> Self {
        let person = Self::by_id(world, id);
        Self {
            login: person.login.or(label.filter(|label| !label.is_empty())),
            ..person
        }
    }
}

/// Who did something: a user, or a part of Portcullis itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum ActorRef<'w> {
    /// A user.
    User(Person<'w>),
    /// A part of Portcullis.
    System {
        /// Which: `time`, `operator` or `demo`.
        system: String,
    },
    /// A connector: what reads an outside system or a file.
    Connector {
        /// Its name.
        connector: String,
    },
}

impl<'w> ActorRef<'w> {
    pub(crate) fn of(world: &'w World, actor: Actor) -> Self {
        Self::called(world, actor, None)
    }

    pub(crate) fn called(world: &'w World, actor: Actor, login: Option<&'w str>) -> Self {
        match actor {
            Actor::User(id) => Self::User(Person::called(world, id, login)),
            Actor::System(part) => Self::System {
                system: part.to_string(),
            },
            Actor::Connector(id) => Self::Connector {
                connector: id.to_string(),
            },
        }
    }
}

/// An app, a tag, as mentioned anywhere. The name is null where it is not known any more.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Named<'w> {
    id: IdBody,
    name: Option<&'w str>,
}

impl<'w> Named<'w> {
    pub(crate) fn app(app: &'w App) -> Self {
        Self {
            id: app.id.into(),
            name: Some(&app.name),
        }
    }

    pub(crate) fn tag(tag: &'w Tag) -> Self {
        Self {
            id: tag.id.into(),
            name: Some(&tag.name),
        }
    }
}

/// A group, as mentioned anywhere. Name and kind are null where it is not known any more.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct GroupRef<'w> {
    id: IdBody,
    name: Option<&'w str>,
    kind: Option<GroupKindBody>,
    /// The app it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    app: Option<Named<'w>>,
}

impl<'w> GroupRef<'w> {
    pub(crate) fn of(world: &'w World, group: &'w Group) -> Self {
        Self {
            id: group.id.into(),
            name: Some(&group.name),
            kind: Some(group.kind.into()),
            app: group.app().and_then(|app| world.app(app)).map(Named::app),
        }
    }

    pub(crate) fn by_id(world: &'w World, id: Id<Group>) -> Self {
        Self::called(world, id, None)
    }

    /// As [`GroupRef::by_id`], called by `label` where the world does not know it any more.
    pub(crate) fn called(world: &'w World, id: Id<Group>, label: Option<&'w str>) -> Self {
        world.group(id).map_or_else(
            || Self {
                id: id.into(),
                name: label.filter(|label| !label.is_empty()),
                kind: None,
                app: None,
            },
            |group| Self::of(world, group),
        )
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

/// What tags demand.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Demands(pub(crate) Constraints);

impl PartialSchema for Demands {
    fn schema() -> RefOr<Schema> {
        super::input::ConstraintsBody::schema()
    }
}
impl ToSchema for Demands {}

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

/// When something really was in force.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct Held {
    from: Time,
    until: Until,
}

impl From<Validity> for Held {
    fn from(validity: Validity) -> Self {
        Self {
            from: Time(validity.from),
            until: Until(validity.until),
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

/// An app in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AppRow<'w> {
    id: IdBody,
    name: &'w str,
    description: &'w str,
    /// Whether it is Portcullis itself.
    built_in: bool,
    tags: Vec<Named<'w>>,
}

impl<'w> AppRow<'w> {
    pub(crate) fn of(world: &'w World, app: &'w App) -> Self {
        let tags = app.tags.iter().filter_map(|tag| world.tag(*tag));
        Self {
            id: app.id.into(),
            name: &app.name,
            description: &app.description,
            built_in: app.origin == portcullis_model::record::AppOrigin::BuiltIn,
            tags: tags.map(Named::tag).collect(),
        }
    }
}

/// A tag with what it demands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TagRow<'w> {
    id: IdBody,
    name: &'w str,
    description: &'w str,
    /// A disabled tag constrains nothing.
    enabled: bool,
    constraints: Demands,
}

impl<'w> TagRow<'w> {
    pub(crate) fn of(tag: &'w Tag) -> Self {
        Self {
            id: tag.id.into(),
            name: &tag.name,
            description: &tag.description,
            enabled: tag.enabled,
            constraints: Demands(tag.constraints),
        }
    }
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
    pub(crate) fn of(
        world: &'w World,
        access: &portcullis_model::world::PermissionAccess<'w>,
    ) -> Self {
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

/// What was ended, under the name it had.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Deleted {
    /// Its id.
    deleted: IdBody,
    /// Its name.
    name: String,
}

impl Deleted {
    pub(crate) fn new<T>(id: Id<T>, name: &str) -> Self {
        Self {
            deleted: id.into(),
            name: name.to_owned(),
        }
    }
}

/// Rows that were written, or that there are, all of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rows<T> {
    /// The rows.
    pub(crate) items: Vec<T>,
}

/// Free values by name.
pub(crate) type Attributes = BTreeMap<String, Value>;

/// Whose places a change added or moved, in the world after it.
pub(crate) fn written_memberships<'w>(
    world: &'w World,
    change: &'w ChangeSet,
) -> Rows<MembershipRow<'w>> {
    let items = change.changes.iter().filter_map(|change| match change {
        portcullis_model::Change::Membership(edit) => edit.subject(),
        _ => None,
    });
    Rows {
        items: items
            .map(|membership| MembershipRow::of(world, membership))
            .collect(),
    }
}

/// The roles a change attached or detached.
pub(crate) fn written_inclusions<'w>(
    world: &'w World,
    change: &'w ChangeSet,
) -> Rows<InclusionRow<'w>> {
    let items = change.changes.iter().filter_map(|change| match change {
        portcullis_model::Change::Inclusion(edit) => edit.subject(),
        _ => None,
    });
    Rows {
        items: items
            .map(|inclusion| InclusionRow::of(world, inclusion))
            .collect(),
    }
}

/// The id of the first `T` a change created.
macro_rules! created {
    ($change:expr, $Record:ident) => {
        $change.changes.iter().find_map(|change| match change {
            portcullis_model::Change::$Record(edit) if edit.before.is_none() => edit.id(),
            _ => None,
        })
    };
}
pub(crate) use created;

/// The `T` with that id a change ended, as it was.
macro_rules! ended {
    ($change:expr, $Record:ident, $id:expr) => {
        $change.changes.iter().find_map(|change| match change {
            portcullis_model::Change::$Record(edit) if edit.after.is_none() => {
                edit.before.as_deref().filter(|record| record.id == $id)
            }
            _ => None,
        })
    };
}
pub(crate) use ended;

/// The ids of the people and groups in requests, for labels.
pub(crate) fn people_and_groups(requests: &[Request]) -> Vec<Uuid> {
    let all = requests.iter().flat_map(|request| {
        let decider = request
            .state
            .resolution()
            .and_then(|resolution| resolution.by.user());
        [
            Some(request.requester.uuid()),
            request.wants.group().map(Id::uuid),
            decider.map(Id::uuid),
        ]
    });
    all.flatten().collect::<BTreeSet<_>>().into_iter().collect()
}
