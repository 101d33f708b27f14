//! What the shapes of all nouns share: ids, times, and how a noun is mentioned by others. The shapes
//! of a noun itself are in its folder.
//!
//! They borrow from the world they are taken from and are written to the answer at once.

#![allow(
    unused_qualifications,
    reason = "in what `ToSchema` derives for `Rows`"
)]

use std::collections::BTreeMap;

use portcullis_model::{
    Actor, App, Expiry, Group, GroupKind, Id, MembershipKind, Tag, Timestamp, User, Validity, World,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema, SchemaFormat,
        schema::{SchemaType, Type},
    },
};
use uuid::Uuid;

use super::row;
use crate::http::text::{choice, date_time, text};

/// Declares a value that stands for itself, with its description.
macro_rules! scalar {
    ($(#[doc = $about:literal])+ $Name:ident($Of:ty): $schema:expr, $told:literal) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, Serialize)]
        #[serde(transparent)]
        pub(crate) struct $Name(pub(crate) $Of);

        impl PartialSchema for $Name {
            fn schema() -> RefOr<Schema> {
                $schema.description(Some($told)).into()
            }
        }
        impl ToSchema for $Name {}
    };
}

scalar! {
    /// An id.
    IdBody(Uuid): text().format(Some(SchemaFormat::Custom("uuid".into()))), "An id."
}
scalar! {
    /// An instant, RFC 3339 in UTC.
    Time(Timestamp): date_time(), "An instant in UTC."
}
scalar! {
    /// An end: an instant, or null for never.
    Until(Expiry): date_time().schema_type(SchemaType::from_iter([Type::String, Type::Null])),
    "The first instant at which it no longer holds; null for never."
}

impl<T> From<Id<T>> for IdBody {
    fn from(id: Id<T>) -> Self {
        Self(id.uuid())
    }
}

choice! {
    /// How somebody is in a group.
    pub(crate) enum Place for MembershipKind {
        /// Has what the group confers.
        Member = "member",
        /// Decides who is in it.
        Owner = "owner",
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

row! {
    /// A user, as mentioned anywhere. Login and name are null where the user is not known any more.
    pub(crate) struct Person<'w> called(
        world: &'w World,
        id: Id<User>,
        label: Option<&'w str>,
    ) where {
        let user = world.user(id);
        let label = label.filter(|label| !label.is_empty());
    } {
        id: IdBody = id.into(),
        login: Option<&'w str> = user.map(|user| &*user.login).or(label),
        name: Option<&'w str> = user.map(|user| &*user.name),
    }
}

impl<'w> Person<'w> {
    pub(crate) fn of(user: &'w User) -> Self {
        let (login, name) = (Some(&*user.login), Some(&*user.name));
        let id = user.id.into();
        Self { id, login, name }
    }

    pub(crate) fn by_id(world: &'w World, id: Id<User>) -> Self {
        Self::called(world, id, None)
    }
}

/// Who did something: a user, or a part of Portcullis itself.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
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

row! {
    /// An app, a tag, as mentioned anywhere. The name is null where it is not known any more.
    pub(crate) struct Named<'w> of(id: IdBody, name: &'w str) {
        id: IdBody = id,
        name: Option<&'w str> = Some(name),
    }
}

impl<'w> Named<'w> {
    pub(crate) fn app(app: &'w App) -> Self {
        Self::of(app.id.into(), &app.name)
    }

    pub(crate) fn tag(tag: &'w Tag) -> Self {
        Self::of(tag.id.into(), &tag.name)
    }
}

row! {
    /// A group, as mentioned anywhere. Name and kind are null where it is not known any more.
    pub(crate) struct GroupRef<'w> called(
        world: &'w World,
        id: Id<Group>,
        label: Option<&'w str>,
    ) where {
        let group = world.group(id);
        let label = label.filter(|label| !label.is_empty());
        let app = group.and_then(Group::app).and_then(|app| world.app(app));
    } {
        id: IdBody = id.into(),
        name: Option<&'w str> = group.map(|group| &*group.name).or(label),
        kind: Option<GroupKindBody> = group.map(|group| group.kind.into()),
        /// The app it belongs to.
        app?: Option<Named<'w>> = app.map(Named::app),
    }
}

impl<'w> GroupRef<'w> {
    pub(crate) fn of(world: &'w World, group: &Group) -> Self {
        Self::by_id(world, group.id)
    }

    pub(crate) fn by_id(world: &'w World, id: Id<Group>) -> Self {
        Self::called(world, id, None)
    }
}

row! {
    /// When something really was in force.
    pub(crate) struct Held of(validity: Validity) {
        from: Time = Time(validity.from),
        until: Until = Until(validity.until),
    }
}

row! {
    /// What was ended, under the name it had.
    pub(crate) struct Deleted<'w> new(id: IdBody, name: &'w str) {
        /// Its id.
        deleted: IdBody = id,
        /// Its name.
        name: &'w str = name,
    }
}

/// Rows that were written, or that there are, all of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rows<T> {
    /// The rows.
    items: Vec<T>,
}

impl<T> Rows<T> {
    pub(crate) fn of(rows: impl Iterator<Item = T>) -> Self {
        let items = rows.collect();
        Self { items }
    }
}

/// Free values by name.
pub(crate) type Attributes = BTreeMap<String, Value>;
