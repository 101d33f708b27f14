//! Apps: the systems people need access to.

use portcullis_app::app::{CreateApp, DeleteApp, EditApp};
use portcullis_model::{
    App, Group, MembershipKind, Tag, Timestamp, User, World,
    name::{Description, Name},
    record::AppOrigin,
    world::query::{AppQuery, Order, Query},
};

use crate::api::{
    Act, Answer, Finds, Key, Of, Page, Paging, Read, Write, body,
    groups::wire::GroupRow,
    list::{OrderBody, Window},
    query, row, shown,
    wire::{Deleted, IdBody, Named, Person},
};

row! {
    /// An app in a list.
    pub(crate) struct AppRow<'w> of(world: &'w World, app: &'w App) where {
        let tags = app.tags.iter().filter_map(|tag| world.tag(*tag));
    } {
        id: IdBody = app.id.into(),
        name: &'w str = &app.name,
        description: &'w str = &app.description,
        /// Whether it is Portcullis itself.
        built_in: bool = app.origin == AppOrigin::BuiltIn,
        tags: Vec<Named<'w>> = tags.map(Named::tag).collect(),
    }
}

row! {
    /// An app with its groups and who owns it.
    pub(crate) struct AppDetail<'w> of(
        world: &'w World,
        app: &'w App,
        now: Timestamp,
        window: &mut Window,
    ) where {
        let mut groups: Vec<_> = world.app_groups(app.id).collect();
        groups.sort_by_key(|group| (!group.is_owners_group(), &group.name));
        let owners = world.owners_group(app.id).map_or_else(Vec::new, |group| {
            world.holders(group.id, MembershipKind::Owner, now)
        });
    } {
        #[serde(flatten)]
        row: AppRow<'w> = AppRow::of(world, app),
        /// Who owns it: the owners of its owners group.
        owners: Vec<Person<'w>> = window.of(&owners, |holder| Person::of(holder.user)),
        owner_count: usize = owners.len(),
        /// Its groups: the owners group first, then by name.
        groups: Vec<AppGroup<'w>> =
            window.of(&groups, |group| AppGroup::of(world, group, now)),
        group_count: usize = groups.len(),
        /// What to send as `after` for what follows in these lists; null at their ends.
        next: Option<String> = window.next(),
    }
}

row! {
    /// One of an app's groups.
    pub(crate) struct AppGroup<'w> of(world: &'w World, group: &'w Group, now: Timestamp) {
        #[serde(flatten)]
        row: GroupRow<'w> = GroupRow::of(world, group),
        /// How many members it has, directly or through roles.
        member_count: usize = world.holder_count(group.id, MembershipKind::Member, now),
        /// How many owners it has, directly or through roles.
        owner_count: usize = world.holder_count(group.id, MembershipKind::Owner, now),
    }
}

shown!(App: app, |app, done| {
    AppDetail::of(done.world, app, done.now, &mut Window::at(0))
});

query! {
    /// Which apps.
    pub(crate) struct Filter {
        /// Words in the name or description.
        q: Option<String>,
        /// Apps with this tag: its id or name.
        tag: Option<Key<Tag>>,
        /// Which way; `asc` if not given.
        order: Option<OrderBody>,
    }
}

/// List apps
///
/// By name.
#[utoipa::path(get, path = "/apps", tag = "apps", params(Filter, Paging), responses((status = 200, body = Page<AppRow>)))]
pub(crate) async fn list_apps(read: Read<(Filter, Paging)>) -> Answer {
    let (filter, paging) = &read.query;
    let query = AppQuery {
        q: filter.q.as_deref().unwrap_or_default(),
        tag: read.maybe(&filter.tag)?.map(|tag| tag.id),
        order: filter.order.map_or(Order::Asc, Order::from),
    };
    let page = query.page(&read.world, read.now, &paging.part());
    read.answer(&Page::of(page, |app| AppRow::of(&read.world, app)))
}

body! {
    /// An app to create.
    pub(crate) struct NewApp {
        /// Its name.
        name: Name,
        /// What it is for.
        description: Option<Description>,
        /// Who owns it first: ids or logins; you, if not given.
        owners: Option<Vec<Key<User>>>,
        /// Tags on it, which reach all its groups: ids or names.
        tags: Option<Vec<Key<Tag>>>,
        /// Its first groups.
        groups: Option<Vec<FirstGroup>>,
    }
}

body! {
    /// One of an app's first groups.
    pub(crate) struct FirstGroup {
        /// Its name, with or without the app's prefix.
        name: Name,
        /// What it is for.
        description: Option<Description>,
    }
}

/// Create an app
///
/// With its owners group and its first groups.
#[utoipa::path(post, path = "/apps", tag = "apps", request_body = NewApp, responses((status = 201, body = AppDetail)))]
pub(crate) async fn create_app(Write { act, body }: Write<NewApp>) -> Answer {
    let groups = body.groups.unwrap_or_default().into_iter();
    let operation = CreateApp {
        name: body.name,
        description: body.description.unwrap_or_default(),
        owners: act.maybe_ids(&body.owners)?.unwrap_or_default(),
        tags: act.maybe_ids(&body.tags)?.unwrap_or_default(),
        groups: groups
            .map(|group| (group.name, group.description.unwrap_or_default()))
            .collect(),
        origin: AppOrigin::Made,
    };
    act.create::<App>(operation).await
}

/// Get an app
#[utoipa::path(get, path = "/apps/{app}", tag = "apps", params(Paging), responses((status = 200, body = AppDetail)))]
pub(crate) async fn get_app(app: Of<App>, read: Read<Paging>) -> Answer {
    let window = &mut read.query.window()?;
    read.answer(&AppDetail::of(&read.world, &app, read.now, window))
}

body! {
    /// What changes; the rest stays.
    pub(crate) struct AppChange {
        /// Its name; its groups are renamed with it.
        name: Option<Name>,
        /// What it is for.
        description: Option<Description>,
        /// All tags it is to carry: ids or names.
        tags: Option<Vec<Key<Tag>>>,
    }
}

/// Edit an app
///
/// New tags cut what lasts longer than they allow, in all its groups.
#[utoipa::path(patch, path = "/apps/{app}", tag = "apps", request_body = AppChange, responses((status = 200, body = AppDetail)))]
pub(crate) async fn edit_app(app: Of<App>, Write { act, body }: Write<AppChange>) -> Answer {
    let operation = EditApp {
        app: app.id,
        name: body.name,
        description: body.description,
        tags: act.maybe_ids(&body.tags)?,
    };
    act.edit(app.id, operation).await
}

/// Delete an app
///
/// With all its groups and everything that hangs on them. Preview it first.
#[utoipa::path(delete, path = "/apps/{app}", tag = "apps", responses((status = 200, body = Deleted)))]
pub(crate) async fn delete_app(app: Of<App>, act: Act) -> Answer {
    let operation = DeleteApp { app: app.id };
    act.delete(app.id, &app.name, operation).await
}
