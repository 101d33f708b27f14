//! Groups, roles and app groups: what they are, who is in them, what leads into them, what they
//! confer.

pub(super) mod confer;
pub(super) mod inclusions;
mod members;
pub(super) mod people;
pub(super) mod wire;

use self::wire::{GroupDetail, GroupRow};
use portcullis_app::group::{CreateGroup, DeleteGroup, EditGroup};
use portcullis_model::{
    App, Group, GroupKind, Refusal, Tag, User,
    name::{Description, Name},
    record::AppPart,
    world::query::{GroupBy, GroupQuery, Query},
};
use portcullis_store::HistoryOf;

use crate::api::{
    Act, Answer, Finds, Key, Of, Page, Paging, Read, Write, body, choice,
    history::{HistoryItem, InclusionItem},
    list::{OrderBody, sort},
    query,
    wire::{Deleted, GroupKindBody},
};

query! {
    /// Which groups.
    pub(crate) struct Filter {
        /// Words in the name, the description or the names of what it confers.
        q: Option<String>,
        /// Plain groups, roles or app groups only.
        kind: Option<GroupKindBody>,
        /// Roles only, or everything but roles.
        role: Option<bool>,
        /// Groups of this app only: its id or name.
        app: Option<Key<App>>,
        /// Groups with this tag in force, their own or their app's: its id or name.
        tag: Option<Key<Tag>>,
        /// Whether Portcullis is the authority over them.
        managed: Option<bool>,
        /// Groups this user owns, directly or through a role: an id, a login or `@me`.
        owner: Option<Key<User>>,
        /// What they are sorted by: `name` if not given. Those that are equal go by name.
        sort: Option<GroupsBy>,
        /// Which way; `asc` if not given.
        order: Option<OrderBody>,
    }
}

choice! {
    /// What groups are sorted by.
    pub(crate) enum GroupsBy into GroupBy {
        /// What they are called.
        Name = "name",
        /// The name of their app.
        App = "app",
        /// How many are members, directly or through roles.
        Members = "members",
        /// How many are owners, directly or through roles.
        Owners = "owners",
    }
}

/// List groups, roles and app groups
///
/// By name, or as `sort` and `order` say.
#[utoipa::path(get, path = "/groups", tag = "groups", params(Filter, Paging), responses((status = 200, body = Page<GroupRow>)))]
pub(crate) async fn list_groups(read: Read<(Filter, Paging)>) -> Answer {
    let (filter, paging) = &read.query;
    let kind = filter.kind;
    let query = GroupQuery {
        q: filter.q.as_deref().unwrap_or_default(),
        role: filter.role.or(kind.map(|kind| kind == GroupKindBody::Role)),
        of_app: kind.map(|kind| kind == GroupKindBody::App),
        app: read.maybe(&filter.app)?.map(|app| app.id),
        tag: read.maybe(&filter.tag)?.map(|tag| tag.id),
        managed: filter.managed,
        owner: read.maybe(&filter.owner)?.map(|owner| owner.id),
        sort: sort(filter.sort, filter.order),
    };
    let page = query.page(&read.world, read.now, &paging.part());
    read.answer(&Page::of(page, |group| GroupRow::of(&read.world, group)))
}

body! {
    /// A group to create.
    pub(crate) struct NewGroup {
        /// What kind of group; plain if not given.
        kind: Option<GroupKindBody>,
        /// The app it belongs to, for an app group: its id or name.
        app: Option<Key<App>>,
        /// Its name: roles start with `Role-`, groups of an app with `App-<app>-`.
        name: Name,
        /// What it is for.
        description: Option<Description>,
        /// Tags on it: ids or names.
        tags: Option<Vec<Key<Tag>>>,
        /// Who owns it first: ids or logins.
        owners: Option<Vec<Key<User>>>,
    }
}

/// Create a group, role or app group
#[utoipa::path(post, path = "/groups", tag = "groups", request_body = NewGroup, responses((status = 201, body = GroupDetail)))]
pub(crate) async fn create_group(Write { act, body }: Write<NewGroup>) -> Answer {
    let wanted = body.kind.unwrap_or(GroupKindBody::Group);
    let operation = CreateGroup {
        kind: kind(&act, wanted, &body.app)?,
        name: body.name,
        description: body.description.unwrap_or_default(),
        tags: act.maybe_ids(&body.tags)?.unwrap_or_default(),
        owners: act.maybe_ids(&body.owners)?.unwrap_or_default(),
    };
    act.create::<Group>(operation).await
}

/// The kind of group that was asked for; only an app group names an app, and it must.
pub(super) fn kind(
    act: &Act,
    wanted: GroupKindBody,
    app: &Option<Key<App>>,
) -> Result<GroupKind, Refusal> {
    match (wanted, app) {
        (GroupKindBody::Group, None) => Ok(GroupKind::Group),
        (GroupKindBody::Role, None) => Ok(GroupKind::Role),
        (GroupKindBody::App, Some(key)) => Ok(GroupKind::App {
            app: act.one(key)?.id,
            part: AppPart::Access,
        }),
        (GroupKindBody::App, None) => {
            let wrong = "an app group belongs to an app; name it";
            Err(Refusal::invalid("/app", wrong))
        }
        (_, Some(_)) => {
            let wrong = "only an app group belongs to an app; send `kind` as `app`";
            Err(Refusal::invalid("/app", wrong))
        }
    }
}

/// Get a group, role or app group
#[utoipa::path(get, path = "/groups/{group}", tag = "groups", params(Paging), responses((status = 200, body = GroupDetail)))]
pub(crate) async fn get_group(group: Of<Group>, read: Read<Paging>) -> Answer {
    let window = &mut read.query.window()?;
    read.answer(&GroupDetail::of(&read.world, &group, read.now, window))
}

body! {
    /// What changes; the rest stays.
    pub(crate) struct GroupChange {
        /// Its name.
        name: Option<Name>,
        /// What it is for.
        description: Option<Description>,
        /// All tags it is to carry itself: ids or names.
        tags: Option<Vec<Key<Tag>>>,
        /// What kind of group it is to be.
        kind: Option<GroupKindBody>,
        /// The app it is to belong to, with `kind` as `app`: its id or name.
        app: Option<Key<App>>,
    }
}

/// Edit a group
///
/// New tags cut what lasts longer than they allow.
#[utoipa::path(patch, path = "/groups/{group}", tag = "groups", request_body = GroupChange, responses((status = 200, body = GroupDetail)))]
pub(crate) async fn edit_group(
    group: Of<Group>,
    Write { act, body }: Write<GroupChange>,
) -> Answer {
    let wanted = body.kind.or(body.app.as_ref().map(|_| GroupKindBody::App));
    let operation = EditGroup {
        group: Some(group.id),
        name: body.name,
        description: body.description,
        tags: act.maybe_ids(&body.tags)?,
        kind: wanted
            .map(|wanted| kind(&act, wanted, &body.app))
            .transpose()?,
    };
    act.edit(group.id, operation).await
}

/// Delete a group
///
/// With everything that hangs on it: who is in it, what it leads into, what it confers. Preview it
/// first.
#[utoipa::path(delete, path = "/groups/{group}", tag = "groups", responses((status = 200, body = Deleted)))]
pub(crate) async fn delete_group(group: Of<Group>, act: Act) -> Answer {
    let operation = DeleteGroup { group: group.id };
    act.delete(group.id, &group.name, operation).await
}

/// A group's history
///
/// Every version of every direct membership and ownership there ever was, newest first.
#[utoipa::path(get, path = "/groups/{group}/history", tag = "groups", params(Paging), responses((status = 200, body = Page<HistoryItem>)))]
pub(crate) async fn group_history(group: Of<Group>, read: Read<Paging>) -> Answer {
    HistoryItem::list(&read, HistoryOf::Group(group.id)).await
}

/// A group's history of inclusions
///
/// Every version of every role's place in this group, or of this role's in others, newest first.
#[utoipa::path(get, path = "/groups/{group}/history/inclusions", tag = "groups", params(Paging), responses((status = 200, body = Page<InclusionItem>)))]
pub(crate) async fn inclusion_history(group: Of<Group>, read: Read<Paging>) -> Answer {
    InclusionItem::list(&read, group.id).await
}
