//! Tags on the wire, and what they demand.

use portcullis_model::{Constraints, FieldError, Tag, World, tag::Limit};
use serde::Serialize;
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{SchemaType, Type},
    },
};

use crate::{
    api::{
        body::{FromJson, body, or_fault},
        row, shown,
        wire::{GroupRef, IdBody, Named},
    },
    http::text::{a, of_type},
};

row! {
    /// A tag with what it demands.
    pub(crate) struct TagRow<'w> of(tag: &'w Tag) {
        id: IdBody = tag.id.into(),
        name: &'w str = &tag.name,
        description: &'w str = &tag.description,
        /// A disabled tag constrains nothing.
        enabled: bool = tag.enabled,
        constraints: Demands = Demands(tag.constraints),
    }
}

row! {
    /// A tag with what carries it itself.
    pub(crate) struct TagDetail<'w> of(world: &'w World, tag: &'w Tag) where {
        let apps = world.apps().filter(|app| app.tags.contains(&tag.id));
        let groups = world.groups().filter(|group| group.tags.contains(&tag.id));
    } {
        #[serde(flatten)]
        row: TagRow<'w> = TagRow::of(tag),
        /// The apps that carry it, whose groups it constrains too.
        apps: Vec<Named<'w>> = apps.map(Named::app).collect(),
        /// The groups that carry it themselves.
        groups: Vec<GroupRef<'w>> = groups.map(|group| GroupRef::of(world, group)).collect(),
    }
}

/// What tags demand.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Demands(pub(crate) Constraints);

impl PartialSchema for Demands {
    fn schema() -> RefOr<Schema> {
        ConstraintsBody::schema()
    }
}
impl ToSchema for Demands {}

/// A time limit of a tag in seconds, or `null` for none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MaybeLimit(pub(crate) Option<Limit>);

impl FromJson for MaybeLimit {
    const NULL_SPEAKS: bool = true;
    const REQUIRED: bool = false;
    fn read(value: &Value, at: &str, faults: &mut Vec<FieldError>) -> Option<Self> {
        if value.is_null() {
            return Some(Self(None));
        }
        let seconds = value.as_i64();
        let seconds =
            seconds.ok_or_else(|| format!("a whole number of seconds is wanted, not {}", a(value)));
        let limit = or_fault(seconds, at, faults).map(Limit::try_from)?;
        or_fault(limit, at, faults).map(|limit| Self(Some(limit)))
    }
    fn left_out() -> Option<Self> {
        Some(Self(None))
    }
    fn describe() -> RefOr<Schema> {
        of_type(Type::Integer)
            .schema_type(SchemaType::from_iter([Type::Integer, Type::Null]))
            .minimum(Some(1))
            .into()
    }
}

body! {
    /// What a tag demands of the groups that carry it.
    pub(crate) struct ConstraintsBody {
        /// The longest a membership may last, in seconds; null for no limit.
        member_time_limit: MaybeLimit,
        /// The longest an ownership may last, in seconds; null for no limit.
        owner_time_limit: MaybeLimit,
        /// Whether adding a member needs a reason.
        require_member_reason: Option<bool>,
        /// Whether adding an owner needs a reason.
        require_owner_reason: Option<bool>,
        /// Whether nobody may add themself as a member.
        disallow_self_add_membership: Option<bool>,
        /// Whether nobody may add themself as an owner.
        disallow_self_add_ownership: Option<bool>,
    }
}

impl From<ConstraintsBody> for Constraints {
    fn from(body: ConstraintsBody) -> Self {
        Self {
            member_time_limit: body.member_time_limit.0,
            owner_time_limit: body.owner_time_limit.0,
            require_member_reason: body.require_member_reason.unwrap_or_default(),
            require_owner_reason: body.require_owner_reason.unwrap_or_default(),
            disallow_self_add_membership: body.disallow_self_add_membership.unwrap_or_default(),
            disallow_self_add_ownership: body.disallow_self_add_ownership.unwrap_or_default(),
        }
    }
}

shown!(Tag: tag, |tag, done| TagDetail::of(done.world, tag));
