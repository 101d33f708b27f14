//! Get an app with its groups.

use portcullis_model::{App, MembershipKind, Timestamp, World};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    extract::{Answer, Key, Read, app},
    wire::{AppRow, GroupRow, Person},
};

/// An app with its groups and who owns it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AppDetail<'w> {
    #[serde(flatten)]
    row: AppRow<'w>,
    /// Who owns it: the owners of its owners group.
    owners: Vec<Person<'w>>,
    /// Its groups: the owners group first, then by name.
    groups: Vec<AppGroup<'w>>,
}

/// One of an app's groups.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AppGroup<'w> {
    #[serde(flatten)]
    row: GroupRow<'w>,
    /// How many members it has, directly or through roles.
    member_count: usize,
    /// How many owners it has, directly or through roles.
    owner_count: usize,
}

impl<'w> AppDetail<'w> {
    pub(super) fn of(world: &'w World, app: &'w App, now: Timestamp) -> Self {
        let mut groups: Vec<_> = world.app_groups(app.id).collect();
        groups.sort_by_key(|group| (!group.is_owners_group(), &group.name));
        let owners = world.owners_group(app.id).map_or_else(Vec::new, |group| {
            world.holders(group.id, MembershipKind::Owner, now)
        });
        Self {
            row: AppRow::of(world, app),
            owners: owners
                .into_iter()
                .map(|holder| Person::of(holder.user))
                .collect(),
            groups: groups
                .into_iter()
                .map(|group| AppGroup {
                    row: GroupRow::of(world, group),
                    member_count: world.holder_count(group.id, MembershipKind::Member, now),
                    owner_count: world.holder_count(group.id, MembershipKind::Owner, now),
                })
                .collect(),
        }
    }
}

/// Get an app
#[utoipa::path(get, path = "/apps/{app}", tag = "apps", responses((status = 200, body = AppDetail)))]
pub(crate) async fn get_app(Key(key): Key, read: Read) -> Answer {
    let app = app(&read.world, &key)?;
    read.answer(&AppDetail::of(&read.world, app, read.now))
}
