//! List permissions.

use portcullis_model::{name, world::contains};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{Answer, Page, Paging, Read, query, wire::GroupRef};

query! {
    /// Which permissions.
    pub(crate) struct Filter {
        /// Text in the name.
        q: Option<String>,
    }
}

/// A permission and the groups that confer it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PermissionItem<'w> {
    permission: &'w str,
    groups: Vec<GroupRef<'w>>,
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
    read.answer(&Page::of(page, |permission| {
        let conferring = world.conferring(permission, None, now);
        let mut groups: Vec<_> = conferring.map(|(group, _)| group).collect();
        groups.sort_by_key(|group| &group.name);
        PermissionItem {
            permission,
            groups: groups
                .into_iter()
                .map(|group| GroupRef::of(world, group))
                .collect(),
        }
    }))
}
