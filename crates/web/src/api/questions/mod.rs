//! Questions across nouns: who can, why, what differs, what ends soon.

pub(super) mod compare;
pub(super) mod diff;
pub(super) mod expiring;
pub(super) mod explain;

use portcullis_model::{
    Expiry, Timestamp, User, World, name,
    world::{Found, FoundKind, contains},
};

use crate::api::{
    Answer, Page, Paging, Read,
    list::Limit,
    query, row,
    wire::{GroupRef, Person, Rows, Until},
};

query! {
    /// What is looked for.
    pub(crate) struct Search {
        /// Text in a name; for people also in the login and e-mail address.
        q: Needed<String>,
        /// How many of each kind at most; 50 if not given.
        limit: Option<Limit>,
    }
}

row! {
    /// Something that was found.
    pub(crate) struct FoundRow<'w> of(found: Found<'w>) {
        /// `user`, `group`, `role`, `app` or `tag`.
        #[schema(value_type = String)]
        kind: FoundKind = found.kind,
        /// Its id; for people their login.
        key: String = found.key,
        /// Its name.
        label: &'w str = found.label,
        /// A word more about it.
        detail: &'w str = found.detail,
    }
}

/// Search people, groups, roles, apps and tags
///
/// The best matches of each kind, best first.
#[utoipa::path(get, path = "/search", tag = "questions", params(Search), responses((status = 200, body = Rows<FoundRow>)))]
pub(crate) async fn search(read: Read<Search>) -> Answer {
    let most = read.query.limit.map_or(50, Limit::get);
    let found = read
        .world
        .find(&read.query.q, &FoundKind::ALL, most)
        .into_iter();
    read.answer(&Rows::of(found.map(FoundRow::of)))
}

query! {
    /// Which permissions.
    pub(crate) struct Filter {
        /// Text in the name.
        q: Option<String>,
    }
}

row! {
    /// A permission and the groups that confer it.
    pub(crate) struct PermissionItem<'w> of(
        world: &'w World,
        permission: &'w str,
        now: Timestamp,
    ) where {
        let conferring = world.conferring(permission, None, now);
        let mut groups: Vec<_> = conferring.map(|(group, _)| group).collect();
        groups.sort_by_key(|group| &group.name);
    } {
        permission: &'w str = permission,
        groups: Vec<GroupRef<'w>> =
            groups.into_iter().map(|group| GroupRef::of(world, group)).collect(),
    }
}

/// List permissions
///
/// All that some group confers, by name.
#[utoipa::path(get, path = "/permissions", tag = "questions", params(Filter, Paging), responses((status = 200, body = Page<PermissionItem>)))]
pub(crate) async fn list_permissions(read: Read<(Filter, Paging)>) -> Answer {
    let (filter, paging) = &read.query;
    let (world, now) = (&*read.world, read.now);
    let q = filter.q.as_deref().unwrap_or_default();
    let part = paging.part();
    let names = world
        .permission_names(now)
        .skip_while(|name| {
            part.after
                .is_some_and(|after| name::key(name).as_str() <= after)
        })
        .filter(|name| contains(name, q));
    let page = part.take(names, None, |name| name::key(name));
    read.answer(&Page::of(page, |name| PermissionItem::of(world, name, now)))
}

query! {
    /// Which permission, where.
    pub(crate) struct Which {
        /// The permission.
        permission: Needed<String>,
        /// Where; in any environment if not given, and the answer says in which.
        environment: Option<String>,
        /// Text in the login or name.
        q: Option<String>,
    }
}

row! {
    /// Somebody who has it.
    pub(crate) struct Holder<'w> of(user: &'w User, until: Expiry, environments: Vec<String>) {
        user: Person<'w> = Person::of(user),
        /// The environments in which they may use it, where none was asked about and it is not
        /// everywhere.
        environments?: Option<Vec<String>> = (!environments.is_empty()).then_some(environments),
        /// The latest end over all ways.
        until: Until = Until(until),
    }
}

/// Who can
///
/// Everybody who may use the permission, by login: those in groups that confer it and whom no rule
/// denies it, and those whom a rule allows it.
#[utoipa::path(get, path = "/who-can", tag = "questions", params(Which, Paging), responses((status = 200, body = Page<Holder>)))]
pub(crate) async fn who_can(read: Read<(Which, Paging)>) -> Answer {
    let (which, paging) = &read.query;
    let environment = which.environment.as_deref();
    let decider = read.web.decider();
    let mut holders = decider.who_may(&read.world, &which.permission, environment, read.now);
    if let Some(q) = &which.q {
        holders.retain(|holder| contains(&holder.user.login, q) || contains(&holder.user.name, q));
    }
    let page = paging
        .part()
        .of(holders, |holder| holder.user.login.to_string());
    read.answer(&Page::of(page, |holder| {
        let (user, permission) = (holder.user, &which.permission);
        let only = decider.only_in(&read.world, user, permission, environment, read.now);
        Holder::of(user, holder.until, only)
    }))
}
