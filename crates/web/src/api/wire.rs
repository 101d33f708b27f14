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
