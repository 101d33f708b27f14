//! List groups, roles and app groups.

use portcullis_model::{Group, MembershipKind, world::contains};

use crate::api::{
    extract::{self, Answer, Read},
    input::{choice, query},
    list::{self, Order, Page, Paging},
    wire::{GroupKindBody, GroupRow},
};

query! {
    /// Which groups.
    pub(crate) struct Filter {
        /// Text in the name or description.
        q: Option<String>,
        /// Plain groups, roles or app groups only.
        kind: Option<GroupKindBody>,
        /// Groups of this app only: its id or name.
        app: Option<String>,
        /// Groups with this tag in force, their own or their app's: its id or name.
        tag: Option<String>,
        /// Whether Portcullis is the authority over them.
        managed: Option<bool>,
        /// Groups this user owns, directly or through a role: an id, login, e-mail address or `@me`.
        owner: Option<String>,
        /// What they are sorted by: `name` if not given. Those that are equal go by name.
        sort: Option<GroupsBy>,
        /// Which way; `asc` if not given.
        order: Option<Order>,
    }
}

choice! {
    /// What groups are sorted by.
    pub(crate) enum GroupsBy {
        /// What they are called.
        Name = "name",
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
    page(&read, &read.query.0, &read.query.1)
}

/// A page of the groups that pass the filter. Looks only at those of the app or the owner, where
/// one is named.
pub(crate) fn page<Q>(read: &Read<Q>, filter: &Filter, paging: &Paging) -> Answer {
    let world = &*read.world;
    let app = filter
        .app
        .as_deref()
        .map(|key| extract::app(world, key))
        .transpose()?;
    let tag = filter
        .tag
        .as_deref()
        .map(|key| extract::tag(world, key))
        .transpose()?;
    let owner = filter
        .owner
        .as_deref()
        .map(|key| read.user(key))
        .transpose()?;
    let q = filter.q.as_deref().unwrap_or_default();
    let passes = |group: &&Group| {
        filter.kind.is_none_or(|kind| kind == group.kind.into())
            && app.is_none_or(|app| group.app() == Some(app.id))
            && filter
                .managed
                .is_none_or(|managed| managed == group.is_managed())
            && tag.is_none_or(|tag| world.tags_on(group).any(|on| on.id == tag.id))
            && (contains(&group.name, q) || contains(&group.description, q))
    };
    let place = |group: &&Group| portcullis_model::name::key(&group.name);
    let render = |group| GroupRow::of(world, group);
    let few: Option<Vec<&Group>> = match (owner, app) {
        (Some(owner), _) => Some(
            world
                .groups_of(owner.id, read.now)
                .filter(|(_, kind, _)| *kind == MembershipKind::Owner)
                .map(|(group, ..)| group)
                .collect(),
        ),
        (None, Some(app)) => Some(world.app_groups(app.id).collect()),
        (None, None) => None,
    };
    let by = filter.sort.unwrap_or(GroupsBy::Name);
    let order = filter.order.unwrap_or(Order::Asc);
    if (by, order) != (GroupsBy::Name, Order::Asc) {
        let place = |group: &Group| {
            let name = portcullis_model::name::key(&group.name);
            let held = |kind| list::count(world.holder_count(group.id, kind, read.now), &name);
            match by {
                GroupsBy::Members => held(MembershipKind::Member),
                GroupsBy::Owners => held(MembershipKind::Owner),
                GroupsBy::Name => name,
            }
        };
        let rows = few.unwrap_or_else(|| world.groups().collect()).into_iter();
        let rows = rows.filter(passes).map(|group| (place(group), group));
        return read.answer(&paging.sorted(rows.collect(), order, render));
    }
    if let Some(mut few) = few {
        few.retain(passes);
        few.sort_by_cached_key(|group| portcullis_model::name::key(&group.name));
        return read.answer(&paging.slice(few, place, render));
    }
    let unfiltered =
        filter.q.is_none() && filter.kind.is_none() && filter.managed.is_none() && tag.is_none();
    let all = unfiltered.then(|| world.group_count());
    let groups = world.groups_after(paging.place()).filter(passes);
    read.answer(&paging.take(groups, all, place, render))
}
