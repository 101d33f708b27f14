//! Apps on the wire.

use crate::api::{
    groups::wire::GroupRow,
    row, shown,
    wire::{IdBody, Named, Person},
};
use portcullis_model::{App, Group, MembershipKind, Timestamp, World, record::AppOrigin};

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
    pub(crate) struct AppDetail<'w> of(world: &'w World, app: &'w App, now: Timestamp) where {
        let mut groups: Vec<_> = world.app_groups(app.id).collect();
        groups.sort_by_key(|group| (!group.is_owners_group(), &group.name));
        let owners = world.owners_group(app.id).map_or_else(Vec::new, |group| {
            world.holders(group.id, MembershipKind::Owner, now)
        });
    } {
        #[serde(flatten)]
        row: AppRow<'w> = AppRow::of(world, app),
        /// Who owns it: the owners of its owners group.
        owners: Vec<Person<'w>> =
            owners.into_iter().map(|holder| Person::of(holder.user)).collect(),
        /// Its groups: the owners group first, then by name.
        groups: Vec<AppGroup<'w>> =
            groups.into_iter().map(|group| AppGroup::of(world, group, now)).collect(),
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

shown!(App: app, |app, done| AppDetail::of(done.world, app, done.now));
