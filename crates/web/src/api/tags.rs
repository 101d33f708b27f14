//! Tags and what they demand.

use portcullis_app::{
    Update,
    tag::{CreateTag, DeleteTag, EditTag},
};
use portcullis_model::{
    Constraints, FieldError, Tag, World,
    name::{Description, Name},
    tag::Limit,
    world::query::{Order, Query, TagQuery},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::{RefOr, Schema, schema::Type};

use crate::{
    api::{
        Act, Answer, Of, Page, Paging, Read, Write,
        body::{FromJson, body, or_fault},
        list::{OrderBody, Window},
        query, row, shown,
        wire::{Deleted, GroupRef, IdBody, Named},
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
    pub(crate) struct TagDetail<'w> of(
        world: &'w World,
        tag: &'w Tag,
        window: &mut Window,
    ) where {
        let apps: Vec<_> = world.apps().filter(|app| app.tags.contains(&tag.id)).collect();
        let groups = world.groups().filter(|group| group.tags.contains(&tag.id));
        let groups: Vec<_> = groups.collect();
    } {
        #[serde(flatten)]
        row: TagRow<'w> = TagRow::of(tag),
        /// The apps that carry it, whose groups it constrains too.
        apps: Vec<Named<'w>> = window.of(apps.iter().copied(), Named::app),
        app_count: usize = apps.len(),
        /// The groups that carry it themselves.
        groups: Vec<GroupRef<'w>> = window.of(&groups, |group| GroupRef::of(world, group)),
        group_count: usize = groups.len(),
        /// What to send as `after` for what follows in these lists; null at their ends.
        next: Option<String> = window.next(),
    }
}

/// What tags demand.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Demands(pub(crate) Constraints);

impl utoipa::PartialSchema for Demands {
    fn schema() -> RefOr<Schema> {
        <ConstraintsBody as utoipa::PartialSchema>::schema()
    }
}
impl utoipa::ToSchema for Demands {}

/// A time limit in seconds.
impl FromJson for Limit {
    fn read(value: &Value, at: &str, faults: &mut Vec<FieldError>) -> Option<Self> {
        let wrong = || format!("a whole number of seconds is wanted, not {}", a(value));
        let limit = value.as_i64().ok_or_else(wrong).and_then(Self::try_from);
        or_fault(limit, at, faults)
    }
    fn describe() -> RefOr<Schema> {
        of_type(Type::Integer).minimum(Some(1)).into()
    }
}

body! {
    /// What a tag demands of the groups that carry it.
    pub(crate) struct ConstraintsBody {
        /// The longest a membership may last, in seconds; null for no limit.
        member_time_limit: Update<Limit>,
        /// The longest an ownership may last, in seconds; null for no limit.
        owner_time_limit: Update<Limit>,
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
        // All that is not demanded is not constrained.
        Self {
            member_time_limit: body.member_time_limit.of(None),
            owner_time_limit: body.owner_time_limit.of(None),
            require_member_reason: body.require_member_reason.unwrap_or_default(),
            require_owner_reason: body.require_owner_reason.unwrap_or_default(),
            disallow_self_add_membership: body.disallow_self_add_membership.unwrap_or_default(),
            disallow_self_add_ownership: body.disallow_self_add_ownership.unwrap_or_default(),
        }
    }
}

shown!(Tag: tag, |tag, done| TagDetail::of(done.world, tag, &mut Window::at(0)));

query! {
    /// Which tags.
    pub(crate) struct Filter {
        /// Words in the name or description.
        q: Option<String>,
        /// Enabled or disabled tags only.
        enabled: Option<bool>,
        /// Which way; `asc` if not given.
        order: Option<OrderBody>,
    }
}

/// List tags
///
/// By name.
#[utoipa::path(get, path = "/tags", tag = "tags", params(Filter, Paging), responses((status = 200, body = Page<TagRow>)))]
pub(crate) async fn list_tags(read: Read<(Filter, Paging)>) -> Answer {
    let (filter, paging) = &read.query;
    let query = TagQuery {
        q: filter.q.as_deref().unwrap_or_default(),
        enabled: filter.enabled,
        order: filter.order.map_or(Order::Asc, Order::from),
    };
    let page = query.page(&read.world, read.now, &paging.part());
    read.answer(&Page::of(page, TagRow::of))
}

body! {
    /// A tag to create.
    pub(crate) struct NewTag {
        /// Its name.
        name: Name,
        /// What it is for.
        description: Option<Description>,
        /// Whether it constrains what carries it; true if not given.
        enabled: Option<bool>,
        /// What it demands; nothing if not given.
        constraints: Option<ConstraintsBody>,
    }
}

/// Create a tag
///
/// It constrains nothing until it is put on an app or group.
#[utoipa::path(post, path = "/tags", tag = "tags", request_body = NewTag, responses((status = 201, body = TagDetail)))]
pub(crate) async fn create_tag(Write { act, body }: Write<NewTag>) -> Answer {
    let operation = CreateTag {
        name: body.name,
        description: body.description.unwrap_or_default(),
        enabled: body.enabled.unwrap_or(true),
        constraints: body.constraints.map(Into::into).unwrap_or_default(),
    };
    act.create::<Tag>(operation).await
}

/// Get a tag
#[utoipa::path(get, path = "/tags/{tag}", tag = "tags", params(Paging), responses((status = 200, body = TagDetail)))]
pub(crate) async fn get_tag(tag: Of<Tag>, read: Read<Paging>) -> Answer {
    let window = &mut read.query.window()?;
    read.answer(&TagDetail::of(&read.world, &tag, window))
}

body! {
    /// What changes; the rest stays.
    pub(crate) struct TagChange {
        /// Its name.
        name: Option<Name>,
        /// What it is for.
        description: Option<Description>,
        /// Whether it constrains what carries it.
        enabled: Option<bool>,
        /// What it demands, all of it.
        constraints: Option<ConstraintsBody>,
    }
}

/// Edit a tag
///
/// What lasts longer than it now allows is cut, in every group that carries it.
#[utoipa::path(patch, path = "/tags/{tag}", tag = "tags", request_body = TagChange, responses((status = 200, body = TagDetail)))]
pub(crate) async fn edit_tag(tag: Of<Tag>, Write { act, body }: Write<TagChange>) -> Answer {
    let operation = EditTag {
        tag: tag.id,
        name: body.name,
        description: body.description,
        enabled: body.enabled,
        constraints: body.constraints.map(Into::into),
    };
    act.edit(tag.id, operation).await
}

/// Delete a tag
///
/// It is taken off everything that carries it; ends it has cut stay as they are.
#[utoipa::path(delete, path = "/tags/{tag}", tag = "tags", responses((status = 200, body = Deleted)))]
pub(crate) async fn delete_tag(tag: Of<Tag>, act: Act) -> Answer {
    let operation = DeleteTag { tag: tag.id };
    act.delete(tag.id, &tag.name, operation).await
}
